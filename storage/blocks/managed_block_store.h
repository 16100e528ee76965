#pragma once

// A block store that this process looks after: beside the face of `BlockStore` what the background
// jobs (storage/jobs) and /-/metrics ask of it.

#include <optional>
#include <set>
#include <vector>

#include "storage/blocks/allocator.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/block_store.h"
#include "storage/blocks/replica_notes.h"

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

  // --- health (storage/jobs/health.h); one thread ---

  // What the last run knew of the container's file (ReplicaRecord).
  virtual void remember(ContainerId container, const FileStamp& stamp, UnixMillis scrubbed) = 0;

  // Looks at the container's file, and at the block of it that was found damaged, if one was. An
  // OPEN container that is damaged takes no more appends and is closed. overloaded: it was not
  // looked at, or is so new that its file is only being made.
  virtual Result<ReplicaFile> look_at(BlockIndex& index, const ContainerRow& row,
                                      UnixMillis now) = 0;

  // Reads about `budget` bytes of containers that were not read since `before`, or that somebody
  // else has written to. The bytes that were read.
  virtual std::uint64_t scrub(BlockIndex& index, UnixMillis now, UnixMillis before,
                              std::uint64_t budget) = 0;

  // Containers that may look another way, since the last call: made, closed, damaged, scrubbed.
  virtual std::set<ContainerId> take_changes() = 0;

  virtual const BlockMetrics& metrics() const = 0;
};

}  // namespace dobson::storage
