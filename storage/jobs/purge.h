#pragma once

// Gives back the space of deleted blocks. A block is purged once its deletion is older than the
// delay and nobody can read it any more:
//
//   1. a round notes deleted blocks and the snapshot that showed them as deleted;
//   2. in a later round no reader is in an older snapshot, so nobody finds them any more;
//   3. those that nobody has pinned by then are never pinned again: their rows are removed;
//   4. when that is committed, their bytes are punched out of the container files.
//
// A crash between 3 and 4 leaves bytes without a row. Opening the store reclaims them in OPEN
// containers; the first rounds after the start do it in the others, one container a round.

#include <cstdint>
#include <vector>

#include "core/time/clock.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/managed_block_store.h"
#include "storage/log/log.h"

namespace dobson::storage {

class Purge {
 public:
  Purge(ManagedBlockStore& store, BlockIndex& index, Log& log, UnixMillis delete_delay_ms);

  // One round. True: there is more to do at once. One caller at a time.
  bool run_once(UnixMillis now);
  bool failed() const { return failed_; }  // the last round

 private:
  bool round(UnixMillis now);
  bool purge_noted();
  bool note_deleted(UnixMillis until);

  ManagedBlockStore& store_;
  BlockIndex& index_;
  Log& log_;
  const UnixMillis delete_delay_ms_;
  bool failed_ = false;
  DeletedBlocks noted_;
  std::vector<ContainerId> unchecked_;  // not OPEN at the start, not looked at since
};

}  // namespace dobson::storage
