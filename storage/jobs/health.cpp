#include "storage/jobs/health.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/log/log.h"
#include "storage/blocks/node_file.h"
#include "storage/env/error.h"

namespace dobson::storage {

namespace {

void tell(const RowChanges<UnhealthyKey, UnhealthyRecord>& changes) {
  constexpr std::string_view names[] = {"missing, and empty", "missing", "over-replicated",
                                        "under-replicated"};
  for (const auto& [key, record] : changes) {
    const std::string_view state = names[static_cast<std::size_t>(key.state)];
    if (record) {
      log::warn("cluster", "container {} is {}: {} healthy replicas of {}", key.container.value,
                state, record->actual, record->expected);
    } else {
      log::info("cluster", "container {} is not {} any more", key.container.value, state);
    }
  }
}

// Also when the clock was set back.
bool is_due(UnixMillis& next, UnixMillis interval_ms, UnixMillis now) {
  if (now < next && next - now <= interval_ms) return false;
  next = now + interval_ms;
  return true;
}

}  // namespace

HealthJob::HealthJob(const HealthOptions& options, ManagedBlockStore& store, BlockIndex& index,
                     Env& local, Cluster& cluster, Node node, const LocalRows& remembered,
                     UnixMillis now)
    : options_(options),
      store_(store),
      index_(index),
      local_(local),
      cluster_(cluster),
      node_(std::move(node)) {
  cluster_.join(node_.id, node_.host, node_.directory, now);
  for (const auto& [key, replica] : remembered.replicas) {
    if (key.node != node_.id || replica->state == ReplicaState::deleted) continue;
    store_.remember(key.container, replica->stamp, replica->scrubbed);
  }
}

bool HealthJob::run_once(UnixMillis now) {
  try {
    round(now);
  } catch (const EnvError& error) {
    log::error("cluster", "the health of containers is not known: {}", error.what());
  }
  return false;
}

void HealthJob::end() {
  write(true);
}

void HealthJob::round(UnixMillis now) {
  const bool here = read_node_file(node_.directory) == node_.id;
  if (here && !cluster_.heartbeat(node_.id, now, node_.space())) {
    cluster_.join(node_.id, node_.host, node_.directory, now);  // somebody has removed it
  }
  const bool check = is_due(next_check_, options_.check_interval_ms, now);
  const std::set<ContainerId> changed = store_.take_changes();
  if (check || !changed.empty()) look_at(check ? nullptr : &changed, here, now);
  scrub(now);
  const std::set<ContainerId> scrubbed = store_.take_changes();
  if (!scrubbed.empty()) look_at(&scrubbed, here, now);
  const bool all = is_due(next_judgement_, options_.interval_ms, now);
  judge(all, now);
  write(all);
}

// At all of them when `some` is null.
void HealthJob::look_at(const std::set<ContainerId>* some, bool here, UnixMillis now) {
  std::vector<ReplicaReport> reports;
  const auto report = [&] {
    cluster_.report(node_.id, now, reports);
    reports.clear();
  };
  for (const ContainerRow& row : index_.containers()) {
    if (some != nullptr && !some->contains(row.id)) continue;
    const bool deleted = row.state == ContainerState::deleted;
    const Result<ReplicaFile> file = deleted ? ReplicaFile{.shape = ReplicaFile::Shape::missing}
                                             : store_.look_at(index_, row, now);
    if (!file.ok() || (!here && file->shape == ReplicaFile::Shape::whole)) continue;
    reports.push_back({row, *file});
    if (reports.size() == limits::health_batch) report();
  }
  report();
}

void HealthJob::scrub(UnixMillis now) {
  const UnixMillis elapsed =
      std::clamp<UnixMillis>(now - std::exchange(scrubbed_at_, now), 0, 1000);
  const std::uint64_t budget = options_.scrub_rate * static_cast<std::uint64_t>(elapsed) / 1000;
  const UnixMillis before = now - options_.scrub_interval_ms;
  Tasks& tasks = cluster_.tasks();
  if (store_.scrub(index_, now, before, budget) > 0) tasks.end(TaskId::scrub, now, true);
}

void HealthJob::judge(bool all, UnixMillis now) {
  Tasks& tasks = cluster_.tasks();
  if (cluster_.age(now) || all) {
    tasks.begin(TaskId::pipeline_sync, now);
    cluster_.sync_pipelines(now);
    tasks.end(TaskId::pipeline_sync, now, true);
  }
  if (!all) return;
  tasks.begin(TaskId::container_health, now);
  const std::vector<ContainerRow> rows = index_.containers();
  for (std::size_t at = 0; at < rows.size(); at += limits::health_batch) {
    const std::size_t count = std::min(limits::health_batch, rows.size() - at);
    cluster_.judge_again(now, std::span(rows).subspan(at, count));
  }
  tasks.end(TaskId::container_health, now, true);
}

void HealthJob::write(bool all) {
  LocalRows changes = cluster_.take_changes(all);
  if (changes.empty()) return;
  if (written_) tell(changes.unhealthy);
  try {
    save(local_, changes);
    written_ = true;
  } catch (const EnvError& error) {
    if (written_) log::error("cluster", "local/ is not written: {}", error.what());
    written_ = false;
    cluster_.give_back(std::move(changes));
  }
}

}  // namespace dobson::storage
