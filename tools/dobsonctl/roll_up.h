#pragma once

// Keys and bytes by directory, of names that come in byte order. There the names below a directory
// stand together, so it remembers the directories that the last name lies in, and no others.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/progress.h"

namespace dobson::ctl {

class RollUp {
 public:
  // Called with the name of a directory, which ends in '/', when all that is in it has been added:
  // after those below it.
  using Row = std::function<void(std::string_view directory, Amount amount)>;

  // Of names that begin with `prefix`; `depth` levels of directories behind its last '/' get rows,
  // what is deeper counts with them.
  RollUp(std::string_view prefix, unsigned depth, Row row);

  // A directory of the layout with directories adds nothing but itself: an empty amount.
  void add(std::string_view name, Amount amount);

  // Once, at the end: the rows still missing, and all that was added.
  Amount finish();

 private:
  struct Open {
    std::size_t length;  // of its name, a beginning of last_
    Amount amount;
  };

  std::string_view name_of(const Open& open) const {
    return std::string_view(last_).substr(0, open.length);
  }
  void close();

  const std::size_t base_;
  const unsigned depth_;
  const Row row_;
  std::string last_;
  std::vector<Open> open_;  // each one in the one before it
  Amount total_;
};

}  // namespace dobson::ctl
