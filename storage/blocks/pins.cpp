#include "storage/blocks/pins.h"

#include "core/base/assert.h"

namespace dobson::storage {

void Pins::pin(std::span<const BlockRef> blocks) {
  for (const BlockRef& block : blocks) {
    Shard& shard = shard_of(block.id);
    std::lock_guard lock(shard.mutex);
    ++shard.readers[block.id];
  }
}

void Pins::unpin(std::span<const BlockRef> blocks) {
  for (const BlockRef& block : blocks) {
    Shard& shard = shard_of(block.id);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.readers.find(block.id);
    DOBSON_ASSERT(found != shard.readers.end());
    if (--found->second == 0) shard.readers.erase(found);
  }
}

bool Pins::pinned(BlockId block) const {
  const Shard& shard = shard_of(block);
  std::lock_guard lock(shard.mutex);
  return shard.readers.contains(block);
}

}  // namespace dobson::storage
