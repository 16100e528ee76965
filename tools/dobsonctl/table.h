#pragma once

// Rows of texts as aligned columns, under a line of their names.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dobson::ctl {

class Table {
 public:
  enum class Side { left, right };
  struct Column {
    std::string_view name;
    Side side = Side::right;
    std::size_t least_width = 0;
  };

  explicit Table(std::initializer_list<Column> columns);

  // A text for each column. Control characters are made visible.
  void add(std::vector<std::string> texts);

  // What was added since the last time; the names come once. No line ends in blanks. Columns do
  // not become narrower again: with widths that suffice, one part fits below another.
  std::string take();

 private:
  std::string line(const std::vector<std::string>& texts) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;  // in characters
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dobson::ctl
