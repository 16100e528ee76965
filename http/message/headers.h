#pragma once

// Header names and values as HTTP compares them.

#include <cstdint>
#include <span>
#include <string_view>

namespace dobson::http {

struct Header {
  std::string_view name;   // as sent
  std::string_view value;  // without surrounding blanks
};

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

// RFC 7230 §3.2.6
constexpr bool is_token(char c) {
  const bool letter = lower_case(c) >= 'a' && lower_case(c) <= 'z';
  const bool digit = c >= '0' && c <= '9';
  return letter || digit || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Names compare without case. First value, or null.
inline const std::string_view* find_header(std::span<const Header> headers, std::string_view name) {
  for (const auto& header : headers) {
    if (equal_names(header.name, name)) return &header.value;
  }
  return nullptr;
}

}  // namespace dobson::http
