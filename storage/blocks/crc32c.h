#pragma once

// CRC32C (Castagnoli, RFC 3720 §12.1), computed piece by piece. A copy goes on from where the
// original stands.

#include <cstddef>
#include <cstdint>
#include <span>

namespace dobson::storage {

class Crc32c {
 public:
  Crc32c& update(std::span<const std::byte> bytes);
  std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = ~std::uint32_t{0};
};

}  // namespace dobson::storage
