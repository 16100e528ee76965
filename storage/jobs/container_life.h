#pragma once

// Moves containers on that nobody writes to any more: one that was CLOSING when the server ended is
// closed; a CLOSED one without blocks becomes DELETING, its file goes, then it is DELETED. All that
// it knows stands in the state, so a restart goes on where it was.

#include "storage/blocks/block_index.h"
#include "storage/blocks/managed_block_store.h"
#include "storage/log/log.h"

namespace dobson::storage {

class ContainerLife {
 public:
  ContainerLife(ManagedBlockStore& store, BlockIndex& index, Log& log)
      : store_(store), index_(index), log_(log) {}

  // One round. One caller at a time, who gives back space as well: what is removed must not be.
  void run_once();

 private:
  bool move(ContainerId container, ContainerState to);
  void remove(ContainerId container);

  ManagedBlockStore& store_;
  BlockIndex& index_;
  Log& log_;
  bool started_ = false;  // whether the first round was made
};

}  // namespace dobson::storage
