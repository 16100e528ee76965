#pragma once

// Random numbers of one thread: xoshiro256++ (Blackman and Vigna), seeded by the kernel. For
// request ids, not for secrets.

#include <array>
#include <cstdint>
#include <span>

namespace dobson {

class Random {
 public:
  Random();  // getrandom

  std::uint64_t next();

  static constexpr std::size_t uuid_length = 36;
  // Version 4, lower case: "0f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d11".
  void write_uuid(std::span<char, uuid_length> out);

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace dobson
