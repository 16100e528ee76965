#pragma once

// Storage nodes, replicas of containers and what is wrong with them, in memory. Handlers read it on
// any thread: each call copies what it returns under one mutex. The health job changes it
// (storage/jobs/health.h) and writes to `local/` what has to last: nodes, when a replica was first
// seen and what became of it, since when a container is unhealthy (spec/recon.md §3, §4.4, §4.5).

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/uuid.h"
#include "core/time/clock.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/replica_notes.h"
#include "storage/catalog/local.h"
#include "storage/cluster/health_rules.h"
#include "storage/cluster/tasks.h"

namespace dobson::storage {

struct ClusterOptions {
  UnixMillis stale_after_ms = 5 * 60'000;  // without a heartbeat
  UnixMillis dead_after_ms = 10 * 60'000;
};

enum class NodeState : std::uint8_t { healthy, stale, dead };

// Bytes of the file system.
struct NodeSpace {
  std::uint64_t capacity = 0;
  std::uint64_t unused = 0;
  std::uint64_t available = 0;
  std::uint64_t committed = 0;  // that open containers may still take
};

struct NodeView {
  Uuid id;
  std::string host;
  std::string directory;
  UnixMillis set_up = 0;
  NodeState state = NodeState::healthy;
  UnixMillis last_heartbeat = 0;   // 0: none since the start
  std::optional<NodeSpace> space;  // as of the last heartbeat
  std::uint64_t containers = 0;    // with a replica there; or once, if it is dead
  std::uint64_t open_containers = 0;
};

// A set of nodes that takes new blocks. The first one leads.
struct PipelineView {
  Uuid id;
  std::vector<Uuid> nodes;
  UnixMillis created = 0;
  std::uint64_t open_containers = 0;
};

struct ReplicaView {
  ContainerId container;
  Uuid node;
  std::string host;
  UnixMillis first_seen = 0;
  UnixMillis last_seen = 0;
  ReplicaState state = ReplicaState::open;
  std::uint64_t bytes = 0;  // on disk
  bool present = false;     // false: history
};

struct UnhealthyView {
  ContainerId container;
  HealthState state = HealthState::missing;
  UnixMillis since = 0;
  std::uint64_t expected = 0;         // replicas
  std::uint64_t actual = 0;           // of these, healthy ones
  Uuid pipeline;                      // of the nodes that have or had it; zero: none ever had
  std::vector<ReplicaView> replicas;  // the last seen ones, there or not, `expected` at most
};

// Which rows of the unhealthy ones. `listed`: all that a listing without a filter shows.
enum class UnhealthyFilter : std::uint8_t {
  listed,
  empty_missing,
  missing,
  over_replicated,
  under_replicated,
  all_replicas_bad
};

struct UnhealthyQuery {
  UnhealthyFilter filter = UnhealthyFilter::listed;
  std::uint64_t after = 0;    // containers with a greater id
  std::uint64_t before = 0;   // not 0: in place of `after`, the last ones with a smaller id
  std::uint64_t skipped = 0;  // rows at the begin of the page that are left out
  std::size_t limit = 0;      // rows; all of the last container come nevertheless
};

struct UnhealthyPage {
  std::array<std::uint64_t, 4> counts{};  // of all, by HealthState
  std::vector<UnhealthyView> rows;        // by container and state
};

enum class Removal : std::uint8_t { removed, unknown, not_dead, holds_open_container };

// What a node reports of a container.
struct ReplicaReport {
  ContainerRow container;
  ReplicaFile file;
};

class Cluster {
 public:
  // `remembered`: what `local/` has. Its nodes count as silent from `now` on.
  Cluster(const ClusterOptions& options, const LocalRows& remembered, UnixMillis now);

  // --- any thread ---

  // By host name, then by id.
  std::vector<NodeView> nodes(UnixMillis now) const;
  std::vector<PipelineView> pipelines() const;
  // The last seen first, then by node. Empty: no such container.
  std::vector<ReplicaView> history(ContainerId container) const;
  // Of those, the replicas that there are.
  std::vector<ReplicaView> replicas(ContainerId container) const;
  UnhealthyPage unhealthy(const UnhealthyQuery& query) const;
  // Forgets a dead node; the rows of its replicas stay. With `removed`, `forgotten` is what it was.
  Removal remove(const Uuid& node, UnixMillis now, NodeView* forgotten = nullptr);

  Tasks& tasks() { return tasks_; }

  // --- the health job's thread ---

  void join(const Uuid& node, const std::string& host, const std::string& directory,
            UnixMillis now);
  // False: the node is not known.
  bool heartbeat(const Uuid& node, UnixMillis now, const NodeSpace& space);
  void report(const Uuid& node, UnixMillis now, std::span<const ReplicaReport> reports);
  // What the rows say of containers that were reported before.
  void judge_again(UnixMillis now, std::span<const ContainerRow> rows);
  // Takes away the replicas of nodes that have died, and their pipelines. True: some node's state
  // is another than the last time.
  bool age(UnixMillis now);
  void sync_pipelines(UnixMillis now);

  // What is to be written since the last call; `all`: with what changes all the time.
  LocalRows take_changes(bool all);
  void give_back(LocalRows not_written);

 private:
  struct Node {
    NodeRecord record;
    UnixMillis heard = 0;  // the last heartbeat, or the start
    UnixMillis last_heartbeat = 0;
    std::optional<NodeSpace> space;
    NodeState aged = NodeState::healthy;  // by the last `age`
  };
  struct Replica {
    Uuid node;
    ReplicaRecord record;
    bool present = false;
  };
  struct Container {
    std::optional<ContainerRow> row;  // nothing: not reported since the start
    std::vector<Replica> replicas;
  };
  using Unhealthy = std::map<UnhealthyKey, UnhealthyRecord>;

  // Replicas of a node: those that are there, of these the OPEN ones, and all that are not known to
  // be deleted.
  struct Held {
    std::uint64_t present = 0;
    std::uint64_t open = 0;
    std::uint64_t kept = 0;
  };

  // With the mutex held.
  const std::map<Uuid, Held>& held() const;
  NodeState state_of(const Node& node, UnixMillis now) const;
  NodeView view_of(const Uuid& id, const Node& node, UnixMillis now) const;
  void report_replica(const Uuid& node, UnixMillis now, const ReplicaReport& report,
                      Container& container);
  void judge_container(ContainerId id, const Container& container, UnixMillis now);
  void set_unhealthy(const UnhealthyKey& key, const std::optional<UnhealthyRecord>& record);
  std::vector<ReplicaView> views_of(ContainerId id, bool present_only) const;
  UnhealthyView view_of(const Unhealthy::value_type& row) const;

  const ClusterOptions options_;
  Tasks tasks_;

  mutable std::mutex mutex_;
  std::map<Uuid, Node> nodes_;
  std::map<ContainerId, Container> containers_;
  Unhealthy unhealthy_;
  std::array<std::uint64_t, 4> counts_{};
  std::vector<PipelineView> pipelines_;
  LocalRows changes_;
  // Counted when it is asked for; nothing: a replica or a container has changed since.
  mutable std::optional<std::map<Uuid, Held>> held_;
};

}  // namespace dobson::storage
