#pragma once

// Header names and values as HTTP compares them.

#include <cstdint>
#include <string_view>

namespace dobson::http {

constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// ASCII, without case.
constexpr bool equal_names(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a == b) return true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower_case(a[i]) != lower_case(b[i])) return false;
  }
  return true;
}

// Sets of names: one bit for each, the same one for equal names and for some others.
constexpr std::uint64_t name_bit(std::string_view name) {
  if (name.empty()) return 1;
  const auto letter = [name](std::size_t at) { return static_cast<unsigned>(name[at] | 0x20); };
  const unsigned hash =
      letter(0) + 5 * letter(name.size() / 2) + 11 * letter(name.size() - 1) + name.size();
  return 1ULL << hash % 64;
}

// Without blanks and tabs at the end.
constexpr std::string_view trim_end(std::string_view value) {
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  return value;
}

}  // namespace dobson::http
