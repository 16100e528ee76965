#pragma once

// The block store on a directory of this machine. Beside the face of `BlockStore` it shows what the
// background jobs (storage/jobs/purge.h) and /-/metrics need.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/base/limits.h"
#include "storage/blocks/allocator.h"
#include "storage/blocks/block_files.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/block_store.h"
#include "storage/blocks/pins.h"
#include "storage/blocks/syncer.h"

namespace dobson::storage {

struct LocalBlockOptions {
  std::filesystem::path directory;  // made with mode 0700 when missing
  std::uint64_t container_bytes = limits::container_bytes;
  std::uint64_t block_bytes = limits::block_bytes;
  std::uint64_t preallocate_bytes = limits::preallocate_bytes;
};

class LocalBlockStore final : public BlockStore {
 public:
  LocalBlockStore(const LocalBlockOptions& options, Log& log);

  // Before anything else. Reclaims what a crash left in OPEN containers and finds where appends go
  // on. A container whose file is missing or damaged is told to the log; the others go on.
  Status open(BlockIndex& index);

  Result<std::unique_ptr<BlockWriter>> write(std::optional<std::uint64_t> size) override;
  BlockPin pin(std::span<const BlockRef> blocks) override;
  Status read(const BlockRef& block, std::uint64_t offset, std::span<std::byte> out) override;
  bool read_at_once(const BlockRef& block, std::uint64_t offset, std::span<std::byte> out) override;

  bool pinned(BlockId block) const { return pins_.pinned(block); }

  // Why no more is written, if so.
  std::optional<Error> stopped() const { return syncer_.stopped(); }

  // Bytes that writers have left since the last call: abandoned, or not needed.
  std::vector<Garbage> take_garbage() { return allocator_.take_garbage(); }

  // Gives back the space of bytes that have no row any more, together with what else is free
  // between the blocks around them.
  void give_back(BlockIndex& index, std::vector<Garbage> garbage);

  // Gives back what no row speaks for in the container.
  Status reclaim(BlockIndex& index, ContainerId container);

  const BlockMetrics& metrics() const { return metrics_; }

 private:
  void unpin(std::span<const BlockRef> blocks) override { pins_.unpin(blocks); }
  Status open_container(BlockIndex& index, const ContainerRow& row);
  Status give_back_in(BlockIndex& index, ContainerId id, std::span<const Garbage> garbage);
  Result<Busy> busy(const ContainerFile& file) const;

  const LocalBlockOptions options_;
  BlockMetrics metrics_;
  BlockFiles files_;
  Pins pins_;
  Allocator allocator_;
  Syncer syncer_;
};

// Errors are for people.
Result<std::unique_ptr<LocalBlockStore>> make_local_block_store(const LocalBlockOptions& options,
                                                                BlockIndex& index, Log& log);

}  // namespace dobson::storage
