#pragma once

// A store that forgets: its state is one write transaction that commands change and handlers read,
// and that is dropped in the end; the bytes of blocks are in memory. A commit costs no wait, and
// each input finds what the one before it found. One thread, but for the appends and reads of the
// block I/O pool.

#include <map>
#include <memory>
#include <optional>

#include "storage/env/txn.h"
#include "storage/metrics.h"
#include "storage/store.h"

namespace dobson::fuzz {

class MemoryStore final : public storage::Store, public storage::Log, public storage::BlockStore {
 public:
  MemoryStore();

  // What commands change from here on is kept by `keep` and dropped by `forget`.
  void begin();
  void keep();
  void forget();

  const storage::ReadTxn& txn() const { return *txn_; }

  // --- Store ---
  std::unique_ptr<storage::Reader> make_reader() override;
  storage::Log& log() override { return *this; }
  storage::BlockStore& blocks() override { return *this; }
  storage::OpenKeys& open_keys() override { return open_keys_; }
  Health health() override { return {}; }
  std::uint64_t free_watermark() const override { return 0; }
  storage::Cluster& cluster() override { return cluster_; }
  storage::StoreMetrics metrics() override { return {log_metrics_, block_metrics_, 0, 0, {}}; }

  // --- Log ---
  void propose(storage::Proposal& proposal) override;
  bool crowded() const override { return false; }

  // --- BlockStore ---
  Result<std::unique_ptr<storage::BlockWriter>> write(std::optional<std::uint64_t> size) override;
  storage::BlockPin pin(std::span<const storage::BlockRef> blocks) override;
  Status read(const storage::BlockRef& block, std::uint64_t offset,
              std::span<std::byte> out) override;
  // Refuses every fourth block.
  bool read_at_once(const storage::BlockRef& block, std::uint64_t offset,
                    std::span<std::byte> out) override;

 private:
  class Writer;

  void unpin(std::span<const storage::BlockRef>) override {}

  const std::unique_ptr<storage::Env> env_;
  std::optional<storage::WriteTxn> txn_;
  storage::ContainerId container_;
  std::map<std::uint64_t, std::vector<std::byte>> blocks_;  // by local id
  std::uint64_t last_kept_ = 0;
  storage::OpenKeys open_keys_;
  storage::LogMetrics log_metrics_;
  storage::BlockMetrics block_metrics_;
  storage::Cluster cluster_{{}, {}, 0};
};

}  // namespace dobson::fuzz
