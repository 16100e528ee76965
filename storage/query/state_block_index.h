#pragma once

// What the tables say about containers and blocks, for the block store.

#include "storage/blocks/block_index.h"
#include "storage/env/env.h"

namespace dobson::storage {

class StateBlockIndex final : public BlockIndex {
 public:
  explicit StateBlockIndex(const Env& state) : state_(state) {}

  std::vector<ContainerRow> containers() override;
  void visit_blocks(BlockId first, const std::function<bool(const BlockRef&)>& visit) override;
  ByteRange gap_around(ContainerId container, ByteRange range) override;
  DeletedBlocks deleted_blocks(BlockId after, UnixMillis until, std::size_t count) override;
  std::uint64_t oldest_snapshot() override { return state_.oldest_snapshot(); }

 private:
  const Env& state_;
};

}  // namespace dobson::storage
