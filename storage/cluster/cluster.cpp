#include "storage/cluster/cluster.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/log/log.h"
#include "storage/blocks/node_file.h"

namespace dobson::storage {

namespace {

// What the file and the container's row make of the replica; nothing: there is none.
std::optional<ReplicaState> state_of(const ReplicaReport& report) {
  if (report.file.shape == ReplicaFile::Shape::missing) return std::nullopt;
  if (report.file.shape == ReplicaFile::Shape::damaged) return ReplicaState::unhealthy;
  switch (report.container.state) {
    case ContainerState::open:
      return ReplicaState::open;
    case ContainerState::closing:
      return ReplicaState::closing;
    case ContainerState::closed:
    case ContainerState::deleting:
    case ContainerState::deleted:
      return ReplicaState::closed;
  }
  return std::nullopt;
}

template <class Container>
bool has_present_replica(const Container& container) {
  return std::ranges::any_of(container.replicas, [](const auto& each) { return each.present; });
}

template <class Container>
auto find_replica(Container& container, const Uuid& node) {
  return std::ranges::find_if(container.replicas,
                              [&](const auto& each) { return each.node == node; });
}

}  // namespace

Cluster::Cluster(const ClusterOptions& options, const LocalRows& remembered, UnixMillis now)
    : options_(options) {
  tasks_.load(remembered.tasks);
  for (const auto& [id, record] : remembered.nodes) {
    nodes_[id].record = *record;
    nodes_[id].heard = now;
  }
  for (const auto& [key, record] : remembered.replicas) {
    containers_[key.container].replicas.push_back({key.node, *record});
  }
  for (const auto& [key, record] : remembered.unhealthy) {
    unhealthy_[key] = *record;
    ++counts_[static_cast<std::size_t>(key.state)];
  }
}

NodeState Cluster::state_of(const Node& node, UnixMillis now) const {
  const UnixMillis silent = now - node.heard;
  if (silent >= options_.dead_after_ms) return NodeState::dead;
  return silent >= options_.stale_after_ms ? NodeState::stale : NodeState::healthy;
}

NodeView Cluster::view_of(const Uuid& id, const Node& node, UnixMillis now) const {
  const auto& [host, directory, set_up] = node.record;
  return {id, host, directory, set_up, state_of(node, now), node.last_heartbeat, node.space, 0, 0};
}

const std::map<Uuid, Cluster::Held>& Cluster::held() const {
  if (held_) return *held_;
  auto& counts = held_.emplace();
  for (const auto& [id, container] : containers_) {
    for (const Replica& replica : container.replicas) {
      Held& of_node = counts[replica.node];
      if (replica.record.state != ReplicaState::deleted) ++of_node.kept;
      if (!replica.present) continue;
      ++of_node.present;
      if (container.row->state == ContainerState::open) ++of_node.open;
    }
  }
  return counts;
}

std::vector<NodeView> Cluster::nodes(UnixMillis now) const {
  std::lock_guard lock(mutex_);
  std::vector<NodeView> views;
  for (const auto& [id, node] : nodes_) {
    NodeView& view = views.emplace_back(view_of(id, node, now));
    const auto counts = held().find(id);
    if (counts == held().end()) continue;
    const bool dead = view.state == NodeState::dead;
    view.containers = dead ? counts->second.kept : counts->second.present;
    view.open_containers = dead ? 0 : counts->second.open;
  }
  std::ranges::sort(views, {}, [](const NodeView& view) { return std::tie(view.host, view.id); });
  return views;
}

std::vector<PipelineView> Cluster::pipelines() const {
  std::lock_guard lock(mutex_);
  std::vector<PipelineView> views = pipelines_;
  for (PipelineView& view : views) {
    const auto counts = held().find(view.nodes.front());
    if (counts != held().end()) view.open_containers = counts->second.open;
  }
  return views;
}

std::vector<ReplicaView> Cluster::views_of(ContainerId id, bool present_only) const {
  std::vector<ReplicaView> views;
  const auto container = containers_.find(id);
  if (container == containers_.end()) return views;
  for (const auto& [node, record, present] : container->second.replicas) {
    if (present_only && !present) continue;
    views.push_back({id, node, record.host, record.first_seen, record.last_seen, record.state,
                     record.bytes, present});
  }
  std::ranges::sort(views, {},
                    [](const ReplicaView& view) { return std::tuple(-view.last_seen, view.node); });
  return views;
}

std::vector<ReplicaView> Cluster::history(ContainerId container) const {
  std::lock_guard lock(mutex_);
  return views_of(container, false);
}

std::vector<ReplicaView> Cluster::replicas(ContainerId container) const {
  std::lock_guard lock(mutex_);
  return views_of(container, true);
}

UnhealthyView Cluster::view_of(const Unhealthy::value_type& row) const {
  const auto& [key, record] = row;
  UnhealthyView view{key.container,
                     key.state,
                     record.since,
                     record.expected,
                     record.actual,
                     {},
                     views_of(key.container, false)};
  const bool lost = std::ranges::none_of(view.replicas, &ReplicaView::present);
  std::vector<Uuid> nodes;
  for (const ReplicaView& replica : view.replicas) {
    if (lost || replica.present) nodes.push_back(replica.node);
  }
  if (!nodes.empty()) view.pipeline = uuid_of_nodes(std::move(nodes));
  if (view.replicas.size() > record.expected) view.replicas.resize(record.expected);
  return view;
}

UnhealthyPage Cluster::unhealthy(const UnhealthyQuery& query) const {
  const auto wanted = [&query](const Unhealthy::value_type& row) {
    const HealthState state = row.first.state;
    switch (query.filter) {
      case UnhealthyFilter::listed:
        return state != HealthState::empty_missing;
      case UnhealthyFilter::empty_missing:
        return state == HealthState::empty_missing;
      case UnhealthyFilter::missing:
        return state == HealthState::missing;
      case UnhealthyFilter::over_replicated:
        return state == HealthState::over_replicated;
      case UnhealthyFilter::under_replicated:
        return state == HealthState::under_replicated;
      case UnhealthyFilter::all_replicas_bad:
        return state == HealthState::under_replicated && row.second.actual == 0;
    }
    return false;
  };
  std::lock_guard lock(mutex_);
  UnhealthyPage page{counts_, {}};
  if (query.limit == 0) return page;
  std::uint64_t to_skip = query.skipped;
  const auto take = [&](const Unhealthy::value_type& row) {
    if (!wanted(row) || to_skip > 0) {
      if (wanted(row)) --to_skip;
      return true;
    }
    const bool full = page.rows.size() >= query.limit;
    if (full && page.rows.back().container != row.first.container) return false;
    page.rows.push_back(view_of(row));
    return true;
  };
  if (query.before > 0) {
    const auto end = unhealthy_.lower_bound({ContainerId{query.before}, HealthState{}});
    for (auto row = std::make_reverse_iterator(end); row != unhealthy_.rend(); ++row) {
      if (!take(*row)) break;
    }
    std::ranges::reverse(page.rows);
  } else if (query.after < UINT64_MAX) {
    const auto begin = unhealthy_.lower_bound({ContainerId{query.after + 1}, HealthState{}});
    for (auto row = begin; row != unhealthy_.end(); ++row) {
      if (!take(*row)) break;
    }
  }
  return page;
}

Removal Cluster::remove(const Uuid& id, UnixMillis now, NodeView* forgotten) {
  std::lock_guard lock(mutex_);
  const auto node = nodes_.find(id);
  if (node == nodes_.end()) return Removal::unknown;
  if (state_of(node->second, now) != NodeState::dead) return Removal::not_dead;
  const auto holds = [&](const auto& entry) {
    const Container& container = entry.second;
    return container.row && container.row->state == ContainerState::open &&
           find_replica(container, id) != container.replicas.end() &&
           (find_replica(container, id)->present || !has_present_replica(container));
  };
  if (std::ranges::any_of(containers_, holds)) return Removal::holds_open_container;
  if (forgotten != nullptr) *forgotten = view_of(id, node->second, now);
  nodes_.erase(node);
  changes_.nodes[id] = std::nullopt;
  return Removal::removed;
}

void Cluster::join(const Uuid& id, const std::string& host, const std::string& directory,
                   UnixMillis now) {
  std::lock_guard lock(mutex_);
  const auto [node, fresh] = nodes_.try_emplace(id);
  if (fresh) node->second.record.set_up = now;
  node->second.record.host = host;
  node->second.record.directory = directory;
  changes_.nodes[id] = node->second.record;
}

bool Cluster::heartbeat(const Uuid& id, UnixMillis now, const NodeSpace& space) {
  std::lock_guard lock(mutex_);
  const auto node = nodes_.find(id);
  if (node == nodes_.end()) return false;
  node->second.heard = now;
  node->second.last_heartbeat = now;
  node->second.space = space;
  return true;
}

void Cluster::report(const Uuid& node, UnixMillis now, std::span<const ReplicaReport> reports) {
  std::lock_guard lock(mutex_);
  held_.reset();
  for (const ReplicaReport& report : reports) {
    const bool deleted = report.container.state == ContainerState::deleted;
    if (deleted && !containers_.contains(report.container.id)) continue;
    Container& container = containers_[report.container.id];
    container.row = report.container;
    report_replica(node, now, report, container);
    judge_container(report.container.id, container, now);
  }
}

void Cluster::report_replica(const Uuid& node, UnixMillis now, const ReplicaReport& report,
                             Container& container) {
  const ContainerId id = report.container.id;
  const auto state = storage::state_of(report);
  auto replica = find_replica(container, node);
  if (!state) {
    if (replica == container.replicas.end()) return;
    const bool ends = container.row->state >= ContainerState::deleting;
    const ReplicaState last = ends ? ReplicaState::deleted : replica->record.state;
    if (!replica->present && replica->record.state == last) return;
    replica->present = false;
    replica->record.state = last;
    changes_.replicas[{id, node}] = replica->record;
    return;
  }
  const bool fresh = replica == container.replicas.end();
  if (fresh) {
    const auto known = nodes_.find(node);
    const std::string host = known == nodes_.end() ? "" : known->second.record.host;
    replica = container.replicas.insert(container.replicas.end(), Replica{node, {}});
    replica->record.host = host;
    replica->record.first_seen = now;
  }
  ReplicaRecord& record = replica->record;
  const bool other =
      !replica->present || record.state != *state || record.scrubbed != report.file.scrubbed;
  replica->present = true;
  record.last_seen = now;
  record.state = *state;
  record.bytes = report.file.bytes;
  record.stamp = report.file.stamp;
  record.scrubbed = report.file.scrubbed;
  if (other) changes_.replicas[{id, node}] = record;
}

void Cluster::judge_container(ContainerId id, const Container& container, UnixMillis now) {
  std::vector<ReplicaState> states;
  for (const Replica& replica : container.replicas) {
    if (replica.present) states.push_back(replica.record.state);
  }
  const auto judged = judge(*container.row, states);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const UnhealthyKey key{id, static_cast<HealthState>(i)};
    const auto known = unhealthy_.find(key);
    if (!judged || judged->state != key.state) {
      if (known != unhealthy_.end()) set_unhealthy(key, std::nullopt);
      continue;
    }
    const UnixMillis since = known == unhealthy_.end() ? now : known->second.since;
    set_unhealthy(key, UnhealthyRecord{since, judged->expected, judged->actual});
  }
}

void Cluster::set_unhealthy(const UnhealthyKey& key, const std::optional<UnhealthyRecord>& record) {
  const auto known = unhealthy_.find(key);
  std::uint64_t& count = counts_[static_cast<std::size_t>(key.state)];
  if (!record) {
    unhealthy_.erase(known);
    --count;
  } else if (known == unhealthy_.end()) {
    unhealthy_.emplace(key, *record);
    ++count;
  } else if (known->second == *record) {
    return;
  } else {
    known->second = *record;
  }
  changes_.unhealthy[key] = record;
}

void Cluster::judge_again(UnixMillis now, std::span<const ContainerRow> rows) {
  std::lock_guard lock(mutex_);
  held_.reset();
  for (const ContainerRow& row : rows) {
    const auto container = containers_.find(row.id);
    if (container == containers_.end() || !container->second.row) continue;
    container->second.row = row;
    judge_container(row.id, container->second, now);
  }
}

bool Cluster::age(UnixMillis now) {
  std::lock_guard lock(mutex_);
  bool changed = false;
  for (auto& [id, node] : nodes_) {
    const NodeState state = state_of(node, now);
    if (std::exchange(node.aged, state) == state) continue;
    changed = true;
    log::warn("cluster", "node {} ({}): {}", text_of(id), node.record.directory,
              state == NodeState::healthy ? "healthy"
              : state == NodeState::stale ? "stale"
                                          : "dead");
    if (state != NodeState::dead) continue;
    for (auto& [container_id, container] : containers_) {
      const auto replica = find_replica(container, id);
      if (replica == container.replicas.end() || !replica->present) continue;
      replica->present = false;
      held_.reset();
      changes_.replicas[{container_id, id}] = replica->record;
      judge_container(container_id, container, now);
    }
  }
  return changed;
}

// With one copy of each container every node that is heard is one.
void Cluster::sync_pipelines(UnixMillis now) {
  std::lock_guard lock(mutex_);
  pipelines_.clear();
  for (const auto& [id, node] : nodes_) {
    if (node.last_heartbeat == 0 || state_of(node, now) != NodeState::healthy) continue;
    pipelines_.push_back({uuid_of_nodes({id}), {id}, node.record.set_up, 0});
  }
}

LocalRows Cluster::take_changes(bool all) {
  std::lock_guard lock(mutex_);
  LocalRows changes = std::exchange(changes_, {});
  if (!all) return changes;
  for (const auto& [id, container] : containers_) {
    for (const Replica& replica : container.replicas) {
      if (replica.present) changes.replicas[{id, replica.node}] = replica.record;
    }
  }
  changes.tasks = tasks_.rows();
  return changes;
}

void Cluster::give_back(LocalRows not_written) {
  std::lock_guard lock(mutex_);
  changes_.add_older(std::move(not_written));
}

}  // namespace dobson::storage
