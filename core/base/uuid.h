#pragma once

// A UUID of RFC 4122, ordered as its text is.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dobson {

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Uuid&) const = default;
};

// "0f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d11".
std::string text_of(const Uuid& uuid);

// Upper case is taken as well.
std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace dobson
