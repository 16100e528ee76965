#include "storage/blocks/block_format.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "storage/blocks/crc32c.h"

namespace dobson::storage {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr char magic[8] = {'D', 'o', 'b', 's', 'o', 'n', 'C', 'F'};
constexpr std::uint32_t format_version = 1;

}  // namespace

ContainerHeader container_header(ContainerId container) {
  ContainerHeader header{};
  std::memcpy(header.data(), magic, sizeof magic);
  std::memcpy(header.data() + 8, &format_version, sizeof format_version);
  std::memcpy(header.data() + 16, &container.value, sizeof container.value);
  const auto covered = std::span(header).first(header.size() - sizeof(std::uint32_t));
  const std::uint32_t crc = Crc32c().update(covered).value();
  std::memcpy(header.data() + covered.size(), &crc, sizeof crc);
  return header;
}

std::uint32_t part_crc(BlockId block, std::uint64_t number, std::span<const std::byte> data) {
  const std::array<std::uint64_t, 3> place{block.container.value, block.local, number};
  return Crc32c().update(std::as_bytes(std::span(place))).update(data).value();
}

std::string container_file_name(ContainerId container) {
  return fmt::format("{:016x}.container", container.value);
}

}  // namespace dobson::storage
