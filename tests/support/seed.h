#pragma once

// Seeds of random tests: printed, and taken from DOBSON_SEED to replay.

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace dobson::test {

inline std::uint64_t seed() {
  const char* given = std::getenv("DOBSON_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  BOOST_TEST_MESSAGE("DOBSON_SEED=" << seed);
  return seed;
}

}  // namespace dobson::test
