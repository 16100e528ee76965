#include "storage/blocks/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

#include "core/base/limits.h"

namespace dobson::storage {

Crc32c& Crc32c::update(std::span<const std::byte> bytes) {
  // isa-l takes a length of type int, and leaves the inversion at both ends to its caller.
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), limits::GiB));
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(piece.data()));
    state_ = crc32_iscsi(data, static_cast<int>(piece.size()), state_);
    bytes = bytes.subspan(piece.size());
  }
  return *this;
}

}  // namespace dobson::storage
