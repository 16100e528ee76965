#pragma once

// Looks after the replicas of one storage node and tells the cluster what it sees. A round looks at
// what has changed; at all container files once in `check_interval_ms`; reads some of what is due
// to be read (storage/blocks/scrubber.h); judges all containers once in `interval_ms`; and writes
// to `local/` what has to last. A node whose directory is not its own any more gives no heartbeat,
// and reports only losses.

#include <functional>
#include <set>
#include <vector>

#include "core/base/uuid.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/managed_block_store.h"
#include "storage/cluster/cluster.h"
#include "storage/env/env.h"

namespace dobson::storage {

struct HealthOptions {
  UnixMillis interval_ms = 5 * 60'000;
  UnixMillis check_interval_ms = 60'000;
  UnixMillis scrub_interval_ms = 7 * 86'400'000LL;
  std::uint64_t scrub_rate = 16 << 20;  // bytes a second
};

class HealthJob {
 public:
  struct Node {
    Uuid id;
    std::string host;
    std::filesystem::path directory;
    std::function<NodeSpace()> space;
  };

  // The node joins the cluster. `remembered` is what `local/` had.
  HealthJob(const HealthOptions& options, ManagedBlockStore& store, BlockIndex& index, Env& local,
            Cluster& cluster, Node node, const LocalRows& remembered, UnixMillis now);

  // One round. False: there is nothing to do at once. One caller at a time.
  bool run_once(UnixMillis now);

  // Writes what changes all the time, too. Behind the last round.
  void end();

 private:
  void round(UnixMillis now);
  void look_at(const std::set<ContainerId>* some, bool here, UnixMillis now);
  void scrub(UnixMillis now);
  void judge(bool all, UnixMillis now);
  void write(bool all);

  const HealthOptions options_;
  ManagedBlockStore& store_;
  BlockIndex& index_;
  Env& local_;
  Cluster& cluster_;
  const Node node_;
  UnixMillis next_check_ = 0;
  UnixMillis next_judgement_ = 0;
  UnixMillis scrubbed_at_ = 0;  // the last time that a scrub went on
  bool written_ = true;         // the last time that something was to be written
};

}  // namespace dobson::storage
