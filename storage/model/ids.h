#pragma once

// Ids of the store, drawn from the counters of `StateRecord` when a command is applied, so every
// node draws the same; 0 is never drawn.

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/strong.h"

namespace dobson::storage {

// A volume, bucket, key or directory; the root of the namespace is `root_id`. What is below it are
// links of long names, whose rows therefore stand before those of every bucket
// (docs/adr/0012-names-in-one-flat-table.md).
using ObjectId = StrongId<struct ObjectTag>;
using ContainerId = StrongId<struct ContainerTag>;

inline constexpr ObjectId root_id{1ULL << 48};

// One block in one container. `local` is drawn by the block store. It is unique in its container,
// and used again only for a block that nobody can have heard of (docs/adr/0007-durability.md).
struct BlockId {
  ContainerId container;
  std::uint64_t local = 0;
  auto operator<=>(const BlockId&) const = default;
};

struct BlockRef {
  BlockId id;
  std::uint64_t length = 0;  // bytes
  bool operator==(const BlockRef&) const = default;
};

// Where they are, each container once.
std::vector<ContainerId> containers_of(std::span<const BlockRef> blocks);

}  // namespace dobson::storage
