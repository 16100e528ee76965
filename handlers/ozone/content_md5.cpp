#include "handlers/ozone/content_md5.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "handlers/common/text.h"

namespace dobson::ozone {

namespace {

// The value of a base64 digit, or 64.
constexpr std::uint32_t base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::uint32_t digit = base64_digit(c);
    if (digit == 64) return std::nullopt;
    bits = bits << 6 | digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  const bool clean = (bits & ((1U << count) - 1)) == 0;
  return clean ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<unsigned> hex_digit(char c) {
  c = lower_case(c);
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<storage::Md5> parse_hex(std::string_view text) {
  storage::Md5 md5{};
  if (text.size() != 2 * md5.size()) return std::nullopt;
  for (std::size_t i = 0; i < md5.size(); ++i) {
    const auto high = hex_digit(text[2 * i]);
    const auto low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    md5[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return md5;
}

std::optional<storage::Md5> parse_content_md5(std::string_view text) {
  text = trim(text);
  if (const auto hex = parse_hex(text)) return hex;
  const auto bytes = decode_base64(text);
  if (!bytes) return std::nullopt;
  if (bytes->size() != storage::Md5{}.size()) return parse_hex(*bytes);
  storage::Md5 md5;
  std::ranges::copy(*bytes, md5.begin());
  return md5;
}

}  // namespace dobson::ozone
