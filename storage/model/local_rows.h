#pragma once

// Records of `local/`: what this server has seen of storage nodes and replicas. Losing them loses
// history and no data.

#include <cstdint>
#include <string>

#include "core/base/uuid.h"
#include "core/time/clock.h"
#include "storage/model/ids.h"

namespace dobson::storage {

// The set of tables that `local/` was written by.
inline constexpr std::uint64_t local_schema = 1;

// One row.
struct LocalRecord {
  std::uint64_t schema = local_schema;
};

// A directory of object bytes on a host. Its heartbeats are no part of the row: a node that is
// remembered counts as silent since the start.
struct NodeRecord {
  std::string host;
  std::string directory;
  UnixMillis set_up = 0;
};

// `deleted`: together with its container.
enum class ReplicaState : std::uint8_t { open, closing, closed, unhealthy, deleted };

// What tells a file that somebody else has written to.
struct FileStamp {
  std::int64_t modified_ns = 0;
  std::uint64_t size = 0;
  bool operator==(const FileStamp&) const = default;
};

// The row stays when the replica is gone (spec/recon.md §4.4).
struct ReplicaRecord {
  std::string host;
  UnixMillis first_seen = 0;
  UnixMillis last_seen = 0;
  ReplicaState state = ReplicaState::open;
  std::uint64_t bytes = 0;  // on disk
  FileStamp stamp;          // after our own last change of a CLOSED one; zero: not known
  UnixMillis scrubbed = 0;  // the last time that it was read, up to its first damage
};

// In the order of their names on the wire.
enum class HealthState : std::uint8_t { empty_missing, missing, over_replicated, under_replicated };

struct UnhealthyRecord {
  UnixMillis since = 0;
  std::uint64_t expected = 0;  // replicas
  std::uint64_t actual = 0;    // of these, healthy ones
  bool operator==(const UnhealthyRecord&) const = default;
};

struct TaskRecord {
  UnixMillis updated = 0;  // begin or end of the last run, whichever is later
  bool failed = false;     // the last run that has ended
};

// Of a container on a node.
struct ReplicaKey {
  ContainerId container;
  Uuid node;
  auto operator<=>(const ReplicaKey&) const = default;
};

struct UnhealthyKey {
  ContainerId container;
  HealthState state = HealthState::missing;
  auto operator<=>(const UnhealthyKey&) const = default;
};

}  // namespace dobson::storage
