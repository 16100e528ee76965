#pragma once

// What the background tasks did last, over restarts. Any thread.

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "storage/catalog/local.h"

namespace dobson::storage {

// The first three are Recon's (spec/recon.md §4.22), in its order.
enum class TaskId : std::uint8_t {
  pipeline_sync,
  container_health,
  container_size_count,
  deletion,
  block_purge,
  scrub
};
inline constexpr std::size_t task_count = 6;

constexpr std::string_view name_of(TaskId task) {
  constexpr std::array<std::string_view, task_count> names{
      "PipelineSyncTask", "ContainerHealthTask", "ContainerSizeCountTask",
      "DeletionTask",     "BlockPurgeTask",      "ScrubTask"};
  return names[static_cast<std::size_t>(task)];
}

class Tasks {
 public:
  struct View {
    std::string_view name;
    UnixMillis updated = 0;  // begin or end of the last run, whichever is later; 0: it never ran
    bool failed = false;     // the last run that has ended
    bool running = false;
  };

  void begin(TaskId task, UnixMillis now);
  void end(TaskId task, UnixMillis now, bool ok);

  // In the order of TaskId.
  std::array<View, task_count> list() const;

  // What the last run of the server has left; what this one leaves.
  void load(const RowChanges<TaskKey, TaskRecord>& rows);
  RowChanges<TaskKey, TaskRecord> rows() const;

 private:
  struct State {
    TaskRecord record;
    bool running = false;
  };

  mutable std::mutex mutex_;
  std::array<State, task_count> tasks_;
};

}  // namespace dobson::storage
