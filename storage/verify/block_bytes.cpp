#include "storage/verify/block_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"

namespace dobson::storage {

Status check_block_bytes(BlockStore& store, const BlockRef& block) {
  std::vector<std::byte> buffer(std::min<std::uint64_t>(block.length, limits::MiB));
  for (std::uint64_t at = 0; at < block.length; at += buffer.size()) {
    const std::uint64_t length = std::min<std::uint64_t>(buffer.size(), block.length - at);
    TRY(store.read(block, at, std::span(buffer).first(length)));
  }
  return {};
}

std::uint64_t verify_containers(LocalBlockStore& store, BlockIndex& index,
                                const std::function<void(const Finding&)>& report) {
  std::uint64_t findings = 0;
  for (const ContainerRow& row : index.containers()) {
    const auto bytes = store.unaccounted_bytes(index, row.id);
    if (bytes.ok() && *bytes == 0) continue;
    ++findings;
    report({catalog::containers.name, std::to_string(row.id.value),
            bytes.ok() ? fmt::format("{} bytes of its file belong to no block", *bytes)
                       : bytes.error().detail});
  }
  return findings;
}

}  // namespace dobson::storage
