#pragma once

// The block store on a directory of this machine.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/base/limits.h"
#include "storage/blocks/allocator.h"
#include "storage/blocks/block_files.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/managed_block_store.h"
#include "storage/blocks/pins.h"
#include "storage/blocks/scrubber.h"
#include "storage/blocks/syncer.h"

namespace dobson::storage {

struct LocalBlockOptions {
  std::filesystem::path directory;  // made with mode 0700 when missing
  std::uint64_t container_bytes = limits::container_bytes;
  std::uint64_t block_bytes = limits::block_bytes;
  std::uint64_t preallocate_bytes = limits::preallocate_bytes;
};

class LocalBlockStore final : public ManagedBlockStore {
 public:
  LocalBlockStore(const LocalBlockOptions& options, Log& log);

  // Before anything else. Reclaims what a crash left in OPEN containers and finds where appends go
  // on. A container whose file is missing or damaged is told to the log, and closed; the others go
  // on.
  Status open(BlockIndex& index);

  Result<std::unique_ptr<BlockWriter>> write(std::optional<std::uint64_t> size) override;
  BlockPin pin(std::span<const BlockRef> blocks) override;
  Status read(const BlockRef& block, std::uint64_t offset, std::span<std::byte> out) override;
  bool read_at_once(const BlockRef& block, std::uint64_t offset, std::span<std::byte> out) override;

  bool pinned(BlockId block) const override { return pins_.pinned(block); }
  std::optional<Error> stopped() const override { return syncer_.stopped(); }
  std::uint64_t committed_bytes() const override { return allocator_.committed_bytes(); }
  std::vector<Garbage> take_garbage() override { return allocator_.take_garbage(); }
  void give_back(BlockIndex& index, std::vector<Garbage> garbage) override;
  Status reclaim(BlockIndex& index, ContainerId container) override;
  Status remove(ContainerId container) override;
  void remember(ContainerId container, const FileStamp& stamp, UnixMillis scrubbed) override {
    notes_.remember(container, stamp, scrubbed);
  }
  Result<ReplicaFile> look_at(BlockIndex& index, const ContainerRow& row, UnixMillis now) override;
  std::uint64_t scrub(BlockIndex& index, UnixMillis now, UnixMillis before,
                      std::uint64_t budget) override {
    return scrubber_.run(index, now, before, budget);
  }
  std::set<ContainerId> take_changes() override { return notes_.take_changes(); }
  const BlockMetrics& metrics() const override { return metrics_; }

 private:
  void unpin(std::span<const BlockRef> blocks) override { pins_.unpin(blocks); }
  Status open_container(BlockIndex& index, const ContainerRow& row);
  Status give_back_in(BlockIndex& index, ContainerId id, std::span<const Garbage> garbage);
  Result<Busy> busy(const ContainerFile& file) const;
  template <class Change>
  Status change(ContainerFile& file, Change&& what);
  bool forget_other_file(ContainerId id, const ContainerFile::Look& look);

  const LocalBlockOptions options_;
  BlockMetrics metrics_;
  BlockFiles files_;
  ReplicaNotes notes_;
  std::mutex changing_;  // a CLOSED file, or looking whether somebody else has
  Pins pins_;
  Allocator allocator_;
  Syncer syncer_;
  Scrubber scrubber_;
};

// Errors are for people.
Result<std::unique_ptr<LocalBlockStore>> make_local_block_store(const LocalBlockOptions& options,
                                                                BlockIndex& index, Log& log);

}  // namespace dobson::storage
