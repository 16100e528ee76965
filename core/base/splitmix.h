#pragma once

// Numbers without visible order that a seed repeats, for generated loads. Not for secrets.

#include <cstdint>

namespace dobson {

// A bijection that scatters its values.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// The next of the sequence that began with `state` = the seed (splitmix64).
constexpr std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  return mix(state);
}

}  // namespace dobson
