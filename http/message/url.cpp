#include "http/message/url.h"

#include <algorithm>

namespace dobson::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    }
  }
  return decoded;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  return decode(text, false);
}
std::optional<std::string> form_decode(std::string_view text) {
  return decode(text, true);
}

bool is_plain(std::string_view text) {
  return text.find('%') == text.npos;
}
bool is_plain_form(std::string_view text) {
  return text.find_first_of("%+") == text.npos;
}

std::optional<QueryPairs::Pair> QueryPairs::next() {
  while (!rest_.empty()) {
    const auto end = std::min(rest_.find('&'), rest_.size());
    const auto piece = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (piece.empty()) continue;
    const auto equals = std::min(piece.find('='), piece.size());
    return Pair{piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size()))};
  }
  return std::nullopt;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  QueryPairs pairs(query);
  while (const auto pair = pairs.next()) {
    const bool same = is_plain_form(pair->name) ? pair->name == name
                                                : form_decode(pair->name) == std::string(name);
    if (!same) continue;
    if (auto value = form_decode(pair->value)) return value;
  }
  return std::nullopt;
}

}  // namespace dobson::http
