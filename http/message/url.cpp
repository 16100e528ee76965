#include "http/message/url.h"

#include <algorithm>

namespace dobson::http {

namespace {

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Takes one decoded byte off `text`; nothing on bad encoding.
template <bool form>
std::optional<char> take_byte(std::string_view& text) {
  const char first = text.front();
  text.remove_prefix(1);
  if (form && first == '+') return ' ';
  if (first != '%') return first;
  if (text.size() < 2) return std::nullopt;
  const int high = hex_value(text[0]);
  const int low = hex_value(text[1]);
  if (high < 0 || low < 0) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<char>(high * 16 + low);
}

template <bool form>
std::optional<std::string_view> decode(std::string_view text, std::pmr::memory_resource& memory) {
  if (text.find_first_of(form ? "%+" : "%") == text.npos) return text;
  auto* const out = static_cast<char*>(memory.allocate(text.size(), 1));
  std::size_t size = 0;
  while (!text.empty()) {
    const auto byte = take_byte<form>(text);
    if (!byte) return std::nullopt;
    out[size++] = *byte;
  }
  return std::string_view(out, size);
}

}  // namespace

std::optional<std::string_view> percent_decode(std::string_view text,
                                               std::pmr::memory_resource& memory) {
  return decode<false>(text, memory);
}

std::optional<std::string_view> form_decode(std::string_view text,
                                            std::pmr::memory_resource& memory) {
  return decode<true>(text, memory);
}

bool form_equals(std::string_view text, std::string_view expected) {
  for (const char wanted : expected) {
    if (text.empty() || take_byte<true>(text) != wanted) return false;
  }
  return text.empty();
}

QueryPart take_query_part(std::string_view& query) {
  const auto end = std::min(query.find('&'), query.size());
  const auto part = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  const auto equals = std::min(part.find('='), part.size());
  return {part.substr(0, equals), part.substr(std::min(equals + 1, part.size()))};
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto part = take_query_part(query);
    if (!form_equals(part.name, name)) continue;
    std::pmr::monotonic_buffer_resource memory;
    const auto value = form_decode(part.value, memory);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace dobson::http
