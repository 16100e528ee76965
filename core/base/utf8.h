#pragma once

// UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstdint>
#include <string>
#include <string_view>

namespace dobson {

inline constexpr char32_t replacement_character = 0xFFFD;

// The first character of `text` (not empty) and the bytes it takes; a byte that begins none is the
// replacement character, one byte long, with `valid` false.
struct Utf8Character {
  char32_t code = replacement_character;
  std::size_t length = 1;
  bool valid = false;
};
Utf8Character first_character(std::string_view text);

bool is_utf8(std::string_view text);
std::string replace_invalid_utf8(std::string_view text);

}  // namespace dobson
