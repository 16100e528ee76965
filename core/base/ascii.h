#pragma once

// What a text is made of, eight bytes at a time: for texts that are checked on their way out.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace dobson {

namespace detail {

constexpr std::uint64_t ones = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x80 * ones;

// Not 0: some byte of the word is below `limit` (at most 0x80), or is `byte`.
constexpr std::uint64_t below(std::uint64_t word, std::uint8_t limit) {
  return (word - limit * ones) & ~word & high_bits;
}
constexpr std::uint64_t has(std::uint64_t word, std::uint8_t byte) {
  return below(word ^ byte * ones, 1);
}

template <class Test>
bool any_word(std::string_view text, Test test) {
  std::uint64_t word = ' ' * ones;
  if (text.size() < sizeof word) {
    std::memcpy(&word, text.data(), text.size());
    return test(word) != 0;
  }
  const char* const last = text.data() + text.size() - sizeof word;  // may overlap the one before
  for (const char* at = text.data(); at < last; at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    if (test(word) != 0) return true;
  }
  std::memcpy(&word, last, sizeof word);
  return test(word) != 0;
}

}  // namespace detail

// A byte below the blank.
inline bool has_control(std::string_view text) {
  return detail::any_word(text, [](std::uint64_t word) { return detail::below(word, ' '); });
}

// Printable ASCII without `"` and `\`: a JSON string as it is.
inline bool is_plain(std::string_view text) {
  using namespace detail;
  const auto odd = [](std::uint64_t word) {
    return below(word, ' ') | has(word, '"') | has(word, '\\') | has(word, 0x7F) |
           (word & high_bits);
  };
  return !any_word(text, odd);
}

}  // namespace dobson
