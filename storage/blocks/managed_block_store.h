#pragma once

// A block store that this process looks after: beside the face of `BlockStore` what the background
// jobs (storage/jobs/purge.h) and /-/metrics ask of it.

#include <optional>
#include <vector>

#include "storage/blocks/allocator.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/block_store.h"

namespace dobson::storage {

class ManagedBlockStore : public BlockStore {
 public:
  virtual bool pinned(BlockId block) const = 0;

  // Why no more is written, if so.
  virtual std::optional<Error> stopped() const = 0;

  // Bytes that open containers may still take.
  virtual std::uint64_t committed_bytes() const = 0;

  // Bytes that writers have left since the last call: abandoned, or not needed.
  virtual std::vector<Garbage> take_garbage() = 0;

  // Gives back the space of bytes that have no row any more, together with what else is free
  // between the blocks around them.
  virtual void give_back(BlockIndex& index, std::vector<Garbage> garbage) = 0;

  // Gives back what no row speaks for in the container.
  virtual Status reclaim(BlockIndex& index, ContainerId container) = 0;

  // Nobody reads or writes the container any more: its bytes go, durably. Fine when they are gone.
  virtual Status remove(ContainerId container) = 0;

  virtual const BlockMetrics& metrics() const = 0;
};

}  // namespace dobson::storage
