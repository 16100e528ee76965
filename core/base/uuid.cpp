#include "core/base/uuid.h"

#include <fmt/format.h>

#include <charconv>

namespace dobson {

std::string text_of(const Uuid& uuid) {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", uuid.high >> 32,
                     uuid.high >> 16 & 0xffff, uuid.high & 0xffff, uuid.low >> 48,
                     uuid.low & 0xffff'ffff'ffff);
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  constexpr std::size_t length = 36;
  if (text.size() != length) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < length; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) digits.push_back(text[i]);
  }
  Uuid uuid;
  const char* const middle = digits.data() + 16;
  const auto high = std::from_chars(digits.data(), middle, uuid.high, 16);
  const auto low = std::from_chars(middle, middle + 16, uuid.low, 16);
  if (high.ptr != middle || low.ptr != middle + 16) return std::nullopt;
  return uuid;
}

}  // namespace dobson
