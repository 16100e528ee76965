#pragma once

// Seeds of random tests: printed, and taken from DOBSON_SEED to replay.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace dobson::test {

inline std::uint64_t seed() {
  const char* given = std::getenv("DOBSON_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::fprintf(stderr, "DOBSON_SEED=%lu\n", seed);  // a message of Boost.Test would be filtered
  return seed;
}

}  // namespace dobson::test
