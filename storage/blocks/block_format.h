#pragma once

// The bytes of a container file. Integers are little-endian.
//
//   file   = header block*
//   header = magic(8) version(u32) zero(u32) container(u64) zero(4068) crc(u32)
//   block  = part*              at byte offset `local` of the file, `local` being the block's id
//   part   = data crc(u32)      data: 65536 bytes, in the last part of a block 1 to 65536
//
// A header's crc is the CRC32C of all before it, a part's that of container(u64) local(u64)
// number(u64) data: a part that stands in a wrong place is as wrong as a damaged one. Between
// blocks there may be bytes of no block; they read as zeros once their space is given back.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/limits.h"
#include "storage/model/ids.h"

namespace dobson::storage {

inline constexpr std::uint64_t container_header_bytes = 4096;
inline constexpr std::uint64_t part_crc_bytes = 4;
inline constexpr std::uint64_t part_stride = limits::part_bytes + part_crc_bytes;

using ContainerHeader = std::array<std::byte, container_header_bytes>;

// What a block of `length` bytes takes in its file.
constexpr std::uint64_t bytes_on_disk(std::uint64_t length) {
  const std::uint64_t parts = (length + limits::part_bytes - 1) / limits::part_bytes;
  return length + parts * part_crc_bytes;
}

ContainerHeader container_header(ContainerId container);
std::uint32_t part_crc(BlockId block, std::uint64_t number, std::span<const std::byte> data);

// "00000000000000ff.container"
std::string container_file_name(ContainerId container);

}  // namespace dobson::storage
