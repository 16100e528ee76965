#pragma once

// What the block store asks the state: which containers there are, and which of their bytes have
// rows. A deleted block has a row until it is purged. Every call reads a snapshot of its own, not
// older than the commits that were acknowledged before it. Any thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/time/clock.h"
#include "storage/blocks/reservations.h"
#include "storage/model/ids.h"
#include "storage/model/rows.h"

namespace dobson::storage {

struct ContainerRow {
  ContainerId id;
  ContainerState state = ContainerState::open;
  std::uint64_t blocks = 0;  // that take space in it
  std::uint64_t keys = 0;    // that have blocks in it
  Replication replication = Replication::one;
};

// What is to be purged.
struct DeletedBlocks {
  std::vector<BlockRef> blocks;
  std::uint64_t snapshot = 0;  // the transaction that was read
  BlockId last;                // where the next page goes on; zero: the table ended here
};

class BlockIndex {
 public:
  virtual ~BlockIndex() = default;

  // By id.
  virtual std::vector<ContainerRow> containers() = 0;

  // The blocks of a container with live and deleted rows, by id, from `first` on, until `visit`
  // returns false.
  virtual void visit_blocks(BlockId first, const std::function<bool(const BlockRef&)>& visit) = 0;

  // The widest range around `range` that touches no block with a row: from the end of the block
  // before it, or 0, to the begin of the block after it, or the greatest number.
  virtual ByteRange gap_around(ContainerId container, ByteRange range) = 0;

  // Up to `count` rows of blocks deleted at `until` or before, by id, after `after`.
  virtual DeletedBlocks deleted_blocks(BlockId after, UnixMillis until, std::size_t count) = 0;

  // No reader is in a snapshot older than this one, and none will be.
  virtual std::uint64_t oldest_snapshot() = 0;
};

}  // namespace dobson::storage
