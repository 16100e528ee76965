#pragma once

// A row read from LMDB is a view into its map, and no sanitizer sees that a view has outlived its
// transaction: the page is still mapped. With AddressSanitizer rows are therefore handed out as
// heap copies of exactly their size, freed when LMDB would let go of them.

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DOBSON_COPY_ROWS 1
#endif
#endif

namespace dobson::storage {

#ifdef DOBSON_COPY_ROWS
class RowCopies {
 public:
  std::string_view keep(std::string_view row) {
    copies_.push_back(std::make_unique_for_overwrite<char[]>(row.size()));
    std::ranges::copy(row, copies_.back().get());
    return {copies_.back().get(), row.size()};
  }
  void clear() { copies_.clear(); }

 private:
  std::vector<std::unique_ptr<char[]>> copies_;
};
#else
class RowCopies {
 public:
  std::string_view keep(std::string_view row) { return row; }
  void clear() {}
};
#endif

}  // namespace dobson::storage
