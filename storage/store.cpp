#include "storage/store.h"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>

#include <optional>

#include "core/base/limits.h"
#include "storage/blocks/local_block_store.h"
#include "storage/blocks/node_file.h"
#include "storage/blocks/null_block_store.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/local.h"
#include "storage/env/data_lock.h"
#include "storage/env/directory.h"
#include "storage/jobs/container_life.h"
#include "storage/jobs/periodic.h"
#include "storage/jobs/purge.h"
#include "storage/jobs/stages.h"
#include "storage/log/local_log.h"
#include "storage/metrics.h"
#include "storage/query/state_block_index.h"

namespace dobson::storage {

namespace {

namespace fs = std::filesystem;

class SnapshotReader final : public Reader {
 public:
  explicit SnapshotReader(const Env& state) : state_(state) {}

  const ReadTxn& txn() override {
    if (!snapshot_.has_value()) {
      snapshot_.emplace(state_);
    } else if (!running_) {
      snapshot_->renew();
    }
    running_ = true;
    return *snapshot_;
  }

  void reset() override {
    if (running_) snapshot_->reset();
    running_ = false;
  }

 private:
  const Env& state_;
  std::optional<Snapshot> snapshot_;
  bool running_ = false;
};

DeletionBacklog deletion_backlog(const ReadTxn& txn) {
  return {txn.rows(catalog::uploads.index), txn.rows(catalog::deleted_directories.index),
          txn.rows(catalog::deleted_keys.index), txn.rows(catalog::deleted_blocks.index)};
}

// So that several fit into a container.
std::uint64_t block_bytes(std::uint64_t container_bytes) {
  const std::uint64_t quarter = container_bytes / 4;
  return std::min(limits::block_bytes, quarter - quarter % limits::part_bytes);
}

fs::path blocks_directory(const StoreOptions& options) {
  return options.nodes.empty() ? options.data / "blocks" : options.nodes[0];
}

std::string host_of(const StoreOptions& options) {
  char name[256] = {};
  if (!options.host.empty()) return options.host;
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

class LocalStore final : public Store {
 public:
  LocalStore(const StoreOptions& options, const Clock& clock, DataLock lock,
             std::unique_ptr<Env> local, const LocalRows& remembered)
      : lock_(std::move(lock)),
        clock_(clock),
        state_(state_options(options.data, options.map_size,
                             options.readers + limits::internal_readers)),
        space_(options.data, options.free_watermark),
        blocks_space_(blocks_directory(options), options.free_watermark),
        log_(state_, clock, space_),
        local_(std::move(local)),
        cluster_(options.cluster, remembered, clock.now()),
        index_(state_),
        stages_(state_, log_, options.upload_life_ms) {
    read_state(Snapshot(state_));  // refuses what a newer Dobson wrote
  }
  ~LocalStore() override {
    looking_after_.reset();
    if (health_) health_->end();
  }

  Status open_blocks(const StoreOptions& options, const LocalRows& remembered) {
    const fs::path directory = blocks_directory(options);
    if (options.blocks == BlockStoreKind::null) {
      blocks_ = TRY(make_null_block_store(directory));
    } else if (keeps_no_bytes(directory)) {
      return Error{
          Errc::invalid_argument,
          fmt::format("{} was made with blocks.store = null; set it again", options.data.c_str())};
    } else {
      LocalBlockOptions block_options;
      block_options.directory = directory;
      block_options.container_bytes = options.container_bytes;
      block_options.block_bytes = block_bytes(options.container_bytes);
      blocks_ = TRY(make_local_block_store(block_options, index_, log_));
    }
    const Uuid node = TRY(open_node_file(directory));
    health_.emplace(
        options.health, *blocks_, index_, *local_, cluster_,
        HealthJob::Node{node, host_of(options), directory, [this] { return node_space(); }},
        remembered, clock_.now());
    health_->run_once(clock_.now());
    purge_.emplace(*blocks_, index_, log_, options.delete_delay_ms);
    life_.emplace(*blocks_, index_, log_);
    start_jobs();
    return {};
  }

  std::unique_ptr<Reader> make_reader() override {
    return std::make_unique<SnapshotReader>(state_);
  }
  Log& log() override { return log_; }
  BlockStore& blocks() override { return *blocks_; }
  OpenKeys& open_keys() override { return open_keys_; }

  Health health() override {
    if (const auto why = log_.stopped()) return {false, "the state: " + *why};
    if (const auto why = blocks_->stopped()) return {false, "the blocks: " + why->detail};
    if (space_.low()) {
      return {false, fmt::format("only {} bytes are free on the data directory's file system, "
                                 "fewer than store.free_watermark",
                                 space_.free_bytes())};
    }
    return {};
  }

  Cluster& cluster() override { return cluster_; }

  StoreMetrics metrics() override {
    return {log_.metrics(), blocks_->metrics(), state_.file_bytes(), space_.free_bytes(),
            deletion_backlog(Snapshot(state_))};
  }

  std::uint64_t free_watermark() const override { return blocks_space_.watermark(); }

 private:
  void start_jobs() {
    const std::chrono::milliseconds interval(limits::purge_interval_ms);
    purging_.emplace(interval, [this] {
      const bool more = run_round(TaskId::block_purge, *purge_);
      if (!more) life_->run_once();
      return more;
    });
    deleting_.emplace(interval, [this] { return run_round(TaskId::deletion, stages_); });
    looking_after_.emplace(std::chrono::milliseconds(limits::health_tick_ms),
                           [this] { return health_->run_once(clock_.now()); });
  }

  template <class Job>
  bool run_round(TaskId task, Job& job) {
    cluster_.tasks().begin(task, clock_.now());
    const bool more = job.run_once(clock_.now());
    cluster_.tasks().end(task, clock_.now(), !job.failed());
    return more;
  }

  NodeSpace node_space() {
    const SpaceWatch::Space space = blocks_space_.space();
    return {space.capacity, space.unused, space.available, blocks_->committed_bytes()};
  }

  DataLock lock_;
  const Clock& clock_;
  Env state_;
  SpaceWatch space_;
  SpaceWatch blocks_space_;
  LocalLog log_;
  const std::unique_ptr<Env> local_;
  Cluster cluster_;
  StateBlockIndex index_;
  OpenKeys open_keys_;
  DeletionStages stages_;
  std::unique_ptr<ManagedBlockStore> blocks_;
  std::optional<Purge> purge_;
  std::optional<ContainerLife> life_;
  std::optional<HealthJob> health_;
  std::optional<Periodic> purging_;
  std::optional<Periodic> deleting_;
  std::optional<Periodic> looking_after_;
};

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options, const Clock& clock) {
  TRY(make_directory(options.data));
  DataLock lock = TRY(DataLock::take(options.data));
  try {
    TRY(create_state(options.data, options.map_size));
    OpenedLocal local = TRY(open_local(options.data));
    auto store = std::make_unique<LocalStore>(options, clock, std::move(lock), std::move(local.env),
                                              local.rows);
    TRY(store->open_blocks(options, local.rows));
    return std::unique_ptr<Store>(std::move(store));
  } catch (const EnvError& error) {
    return Error{
        error.code(), {}, fmt::format("{}: {}", (options.data / "state").c_str(), error.what())};
  }
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, const Clock& clock) {
  if (options.nodes.size() > 1) {
    return Error{Errc::invalid_argument, "blocks.nodes: one directory is supported"};
  }
  auto store = open_store(options, clock);
  if (!store.ok() && store.error().message.empty()) {
    store.error().message = "cannot open the store: " + store.error().detail;
  }
  return store;
}

}  // namespace dobson::storage
