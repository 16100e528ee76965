#pragma once

// Ids that cannot be mixed up: each tag makes a type of its own, ordered by value.

#include <compare>
#include <cstdint>

namespace dobson {

template <class Tag>
struct StrongId {
  std::uint64_t value = 0;
  auto operator<=>(const StrongId&) const = default;
};

}  // namespace dobson
