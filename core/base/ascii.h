#pragma once

// What a text is made of, sixteen bytes at a time: for texts that are checked on their way out.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dobson {

namespace detail {

using Block [[gnu::vector_size(16)]] = std::uint8_t;

inline bool any(Block block) {
  std::uint64_t halves[2];
  std::memcpy(halves, &block, sizeof block);
  return (halves[0] | halves[1]) != 0;
}

// `odd` gives a byte that is not 0 for each that it looks for; the blank is not among them.
template <class Odd>
bool any_byte(std::string_view text, Odd odd) {
  Block block = Block{} + static_cast<std::uint8_t>(' ');
  if (text.size() < sizeof block) {
    std::memcpy(&block, text.data(), text.size());
    return any(odd(block));
  }
  const char* const last = text.data() + text.size() - sizeof block;  // may overlap the one before
  std::memcpy(&block, last, sizeof block);
  Block found = odd(block);
  for (const char* at = text.data(); at < last; at += sizeof block) {
    std::memcpy(&block, at, sizeof block);
    found |= odd(block);
  }
  return any(found);
}

}  // namespace detail

// A byte below the blank.
inline bool has_control(std::string_view text) {
  return detail::any_byte(
      text, [](detail::Block block) { return reinterpret_cast<detail::Block>(block < ' '); });
}

// Printable ASCII without `"` and `\`: a JSON string as it is.
inline bool is_plain(std::string_view text) {
  return !detail::any_byte(text, [](detail::Block block) {
    const auto odd = (block < ' ') | (block == '"') | (block == '\\') | (block > '~');
    return reinterpret_cast<detail::Block>(odd);
  });
}

}  // namespace dobson
