#pragma once

// Ids of the store. All are drawn from one counter row when a command is applied, so every node
// draws the same; 0 is never drawn.

#include <cstdint>

#include "core/base/strong.h"

namespace dobson::storage {

// A volume, bucket, key or directory; the root of the namespace is `root_id`.
using ObjectId = StrongId<struct ObjectTag>;
using ContainerId = StrongId<struct ContainerTag>;

inline constexpr ObjectId root_id{1};

// One block in one container. `local` is drawn by the block store, unique in its container and
// never used again there.
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

}  // namespace dobson::storage
