#pragma once

// The tables of `local/`: facts of this node alone, with a writer of their own. One writer, the
// health job's thread (storage/jobs/health.h). What is in them is history: a `local/` that is
// missing or damaged is made anew, and the present is found again by looking at the files.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "core/base/result.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/table.h"
#include "storage/model/local_rows.h"

namespace dobson::storage {

struct TaskKey {
  std::string name;
  auto operator<=>(const TaskKey&) const = default;
};

void fields(auto&& visit, Of<Uuid> auto& key) {
  visit(key.high, key.low);
}
void fields(auto&& visit, Of<ReplicaKey> auto& key) {
  visit(key.container, key.node.high, key.node.low);
}
void fields(auto&& visit, Of<UnhealthyKey> auto& key) {
  visit(key.container, key.state);
}
void fields(auto&& visit, Of<TaskKey> auto& key) {
  visit(key.name);
}

namespace catalog {

inline constexpr Table<MetaKey, LocalRecord> local_meta{0, "meta", TableClass::local};
inline constexpr Table<Uuid, NodeRecord> nodes{1, "nodes", TableClass::local};
inline constexpr Table<ReplicaKey, ReplicaRecord> replicas{2, "replicas", TableClass::local};
inline constexpr Table<UnhealthyKey, UnhealthyRecord> unhealthy{3, "unhealthy", TableClass::local};
inline constexpr Table<TaskKey, TaskRecord> tasks{4, "tasks", TableClass::local};

// Each at the place that is its index.
inline constexpr auto local = std::tie(local_meta, nodes, replicas, unhealthy, tasks);

}  // namespace catalog

// Rows to be written; nothing: to be erased.
template <class Key, class Record>
using RowChanges = std::map<Key, std::optional<Record>>;

struct LocalRows {
  RowChanges<Uuid, NodeRecord> nodes;
  RowChanges<ReplicaKey, ReplicaRecord> replicas;
  RowChanges<UnhealthyKey, UnhealthyRecord> unhealthy;
  RowChanges<TaskKey, TaskRecord> tasks;

  bool empty() const {
    return nodes.empty() && replicas.empty() && unhealthy.empty() && tasks.empty();
  }
  // Takes over what it has no change of: what could not be written stays to be written.
  void add_older(LocalRows older);
};

struct OpenedLocal {
  std::unique_ptr<Env> env;
  LocalRows rows;  // all
};

// Opens `local/` of a data directory and reads it; made when it is missing, put aside as
// `local.damaged` and made anew when it is damaged. Errors are for people: a newer Dobson wrote it,
// or the disk does not let it be.
Result<OpenedLocal> open_local(const std::filesystem::path& data);

// In one transaction. Throws EnvError.
void save(Env& local, const LocalRows& changes);

}  // namespace dobson::storage
