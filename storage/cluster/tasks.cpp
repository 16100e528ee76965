#include "storage/cluster/tasks.h"

namespace dobson::storage {

namespace {

TaskKey key_of(std::size_t task) {
  return {std::string(name_of(static_cast<TaskId>(task)))};
}

}  // namespace

void Tasks::begin(TaskId task, UnixMillis now) {
  std::lock_guard lock(mutex_);
  State& state = tasks_[static_cast<std::size_t>(task)];
  state.record.updated = now;
  state.running = true;
}

void Tasks::end(TaskId task, UnixMillis now, bool ok) {
  std::lock_guard lock(mutex_);
  tasks_[static_cast<std::size_t>(task)] = {{now, !ok}, false};
}

std::array<Tasks::View, task_count> Tasks::list() const {
  std::lock_guard lock(mutex_);
  std::array<View, task_count> views;
  for (std::size_t i = 0; i < task_count; ++i) {
    const auto& [record, running] = tasks_[i];
    views[i] = {name_of(static_cast<TaskId>(i)), record.updated, record.failed, running};
  }
  return views;
}

void Tasks::load(const RowChanges<TaskKey, TaskRecord>& rows) {
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < task_count; ++i) {
    const auto found = rows.find(key_of(i));
    if (found != rows.end()) tasks_[i].record = *found->second;
  }
}

RowChanges<TaskKey, TaskRecord> Tasks::rows() const {
  std::lock_guard lock(mutex_);
  RowChanges<TaskKey, TaskRecord> rows;
  for (std::size_t i = 0; i < task_count; ++i) rows[key_of(i)] = tasks_[i].record;
  return rows;
}

}  // namespace dobson::storage
