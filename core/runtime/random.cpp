#include "core/runtime/random.h"

#include <bit>
#include <cstring>
#include <string_view>

#include <sys/random.h>

#include "core/base/assert.h"

namespace dobson {

namespace {

// "00" to "ff".
constexpr auto hex_pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte) {
    pairs[byte] = {digits[byte >> 4], digits[byte & 15]};
  }
  return pairs;
}();

}  // namespace

Random::Random() {
  const auto got = getrandom(state_.data(), sizeof state_, 0);
  DOBSON_ASSERT(got == sizeof state_);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void Random::write_uuid(std::span<char, uuid_length> out) {
  std::array<std::uint8_t, 16> bytes;
  const std::array<std::uint64_t, 2> words{next(), next()};
  std::memcpy(bytes.data(), words.data(), bytes.size());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 4122
  char* next_char = out.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *next_char++ = '-';
    std::memcpy(next_char, hex_pairs[bytes[i]].data(), 2);
    next_char += 2;
  }
}

}  // namespace dobson
