#include "tools/dobsonctl/table.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

// Characters, not bytes, of a text that `printable` has made UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

}  // namespace

Table::Table(std::initializer_list<Column> columns) : columns_(columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    names.emplace_back(column.name);
    widths_.push_back(column.least_width);
  }
  add(std::move(names));
}

void Table::add(std::vector<std::string> texts) {
  DOBSON_ASSERT(texts.size() == columns_.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = printable(texts[i]);
    widths_[i] = std::max(widths_[i], width(texts[i]));
  }
  rows_.push_back(std::move(texts));
}

std::string Table::take() {
  std::string lines;
  for (const auto& row : rows_) lines += line(row);
  rows_.clear();
  return lines;
}

std::string Table::line(const std::vector<std::string>& texts) const {
  std::string line;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string blanks(widths_[i] - width(texts[i]), ' ');
    if (i > 0) line += "  ";
    line += columns_[i].side == Side::left ? texts[i] + blanks : blanks + texts[i];
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line += '\n';
}

}  // namespace dobson::ctl
