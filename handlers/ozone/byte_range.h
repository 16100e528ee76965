#pragma once

// `Range` of a key GET (spec/ozone-rest.md §4.6).

#include <cstdint>
#include <string_view>

namespace dobson::ozone {

struct ByteRange {
  enum class Kind : std::uint8_t { whole, part, unsatisfiable };
  Kind kind = Kind::whole;
  std::uint64_t begin = 0;   // first byte
  std::uint64_t length = 0;  // bytes; of `whole`, the size
};

// What `header` asks of `size` bytes. Several ranges, another unit or bad syntax ask for the whole.
ByteRange parse_range(std::string_view header, std::uint64_t size);

}  // namespace dobson::ozone
