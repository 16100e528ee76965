#pragma once

// How many readers hold each block. Any thread.

#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>

#include "storage/model/ids.h"

namespace dobson::storage {

class Pins {
 public:
  void pin(std::span<const BlockRef> blocks);
  void unpin(std::span<const BlockRef> blocks);
  bool pinned(BlockId block) const;

 private:
  struct Hash {
    std::size_t operator()(BlockId id) const {
      // Local ids are byte offsets whose low bits say little: mixed by an odd constant.
      return (id.container.value ^ id.local) * 0x9e3779b97f4a7c15 >> 20;
    }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<BlockId, std::uint32_t, Hash> readers;
  };

  Shard& shard_of(BlockId id) { return shards_[Hash()(id) % shards_.size()]; }
  const Shard& shard_of(BlockId id) const { return shards_[Hash()(id) % shards_.size()]; }

  std::array<Shard, 16> shards_;
};

}  // namespace dobson::storage
