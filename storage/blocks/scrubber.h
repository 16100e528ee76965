#pragma once

// Reads what has rows, so that damage is found before it is asked for. A page of rows is noted,
// then the blocks are read without a snapshot: rows go before their bytes do (docs/adr/0007), so a
// block that cannot be read is damaged only if its row is still there. One thread.

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/blocks/block_files.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/replica_notes.h"

namespace dobson::storage {

// Whether the block still has a row and cannot be read.
bool is_damaged(BlockFiles& files, BlockIndex& index, const BlockRef& block);

class Scrubber {
 public:
  Scrubber(BlockFiles& files, ReplicaNotes& notes, BlockMetrics& metrics)
      : files_(files), notes_(notes), metrics_(metrics) {}

  // Goes on for about `budget` bytes, with containers that somebody wants read or that were not
  // read since `before`. The bytes that were read; 0: there is nothing to do.
  std::uint64_t run(BlockIndex& index, UnixMillis now, UnixMillis before, std::uint64_t budget);

 private:
  bool next_block(BlockIndex& index);
  // False: the block is damaged.
  bool read_piece(BlockIndex& index, std::uint64_t length);
  void end_container(UnixMillis now);

  BlockFiles& files_;
  ReplicaNotes& notes_;
  BlockMetrics& metrics_;
  std::optional<ContainerId> container_;
  std::vector<BlockRef> page_;
  std::size_t block_ = 0;         // of the page
  std::uint64_t offset_ = 0;      // in the block
  std::uint64_t next_local_ = 0;  // where the next page begins
  std::vector<std::byte> buffer_;
};

}  // namespace dobson::storage
