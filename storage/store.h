#pragma once

// The face of the store: the data directory, its lock, its environments, the log and the blocks.
// Handlers read through a `Reader`, write through `log()`, and move bytes through `blocks()`.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/async/completion.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "storage/blocks/block_store.h"
#include "storage/cluster/cluster.h"
#include "storage/jobs/health.h"
#include "storage/log/log.h"
#include "storage/open_keys.h"

namespace dobson::storage {

class ReadTxn;

enum class BlockStoreKind : std::uint8_t { local, null };

struct StoreOptions {
  std::filesystem::path data;                 // made with mode 0700 when missing
  std::uint64_t map_size = 1ULL << 40;        // bytes of address space
  std::uint64_t free_watermark = 1ULL << 30;  // below it client writes are refused
  std::vector<std::filesystem::path> nodes;   // directories for blocks; empty: data/blocks
  BlockStoreKind blocks = BlockStoreKind::local;
  std::uint64_t container_bytes = limits::container_bytes;  // takes no block beyond it
  UnixMillis delete_delay_ms = 10'000;                      // deleted blocks stay that long
  UnixMillis upload_life_ms = 7 * 86'400'000;  // unfinished multipart uploads are dropped then
  unsigned readers = 8;                        // read transactions open at once
  std::string host = {};                       // of the storage node; empty: this machine's name
  ClusterOptions cluster = {};
  HealthOptions health = {};
};

// The most memory that the store takes, in bytes, beside LMDB's map, which is page cache. A command
// that waits is its proposer's; what stays below a MiB is not counted.
struct StoreBudget {
  std::uint64_t batch;    // changed pages of the write transaction, on the heap until it commits
  std::uint64_t uploads;  // bodies on their way: of each, what is not a whole part yet
  std::uint64_t reads;    // a part for each thread that reads blocks
};

// The reading side of one reactor or thread. `txn` begins a snapshot or goes on with the current
// one; `reset` ends it and must be called before the thread waits.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual const ReadTxn& txn() = 0;
  virtual void reset() = 0;
};

struct StoreMetrics;  // storage/metrics.h

class Store {
 public:
  // Recovers what a crash left, starts the writer, the syncer and the background jobs. Errors are
  // for people: which directory, what is wrong, what to do.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options, const Clock& clock);

  // For so many bodies that arrive at once, and threads that read blocks.
  static constexpr StoreBudget budget(std::size_t uploads, std::size_t threads) {
    return {limits::batch_bytes, uploads * limits::part_bytes, threads * limits::part_bytes};
  }

  // Refuses new proposals, finishes those that wait, closes. Readers must be gone.
  virtual ~Store() = default;

  virtual std::unique_ptr<Reader> make_reader() = 0;
  virtual Log& log() = 0;
  virtual BlockStore& blocks() = 0;
  virtual OpenKeys& open_keys() = 0;

  // False while writes are refused; `why` for people.
  struct Health {
    bool writable = true;
    std::string why;
  };
  virtual Health health() = 0;

  // Nodes, replicas, health of containers, tasks. Any thread.
  virtual Cluster& cluster() = 0;

  virtual StoreMetrics metrics() = 0;
  // With less free space for object bytes no client's write is taken.
  virtual std::uint64_t free_watermark() const = 0;
};

}  // namespace dobson::storage
