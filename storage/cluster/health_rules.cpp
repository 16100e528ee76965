#include "storage/cluster/health_rules.h"

#include <algorithm>

namespace dobson::storage {

std::optional<Judgement> judge(const ContainerRow& container,
                               std::span<const ReplicaState> replicas) {
  if (container.state >= ContainerState::deleting) return std::nullopt;
  const unsigned required = copies_of(container.replication);
  if (replicas.empty()) {
    return Judgement{container.keys > 0 ? HealthState::missing : HealthState::empty_missing,
                     required, 0};
  }
  const auto bad = std::ranges::count(replicas, ReplicaState::unhealthy);
  const auto healthy = static_cast<unsigned>(replicas.size() - static_cast<std::size_t>(bad));
  if (healthy == required) return std::nullopt;
  const auto state =
      healthy < required ? HealthState::under_replicated : HealthState::over_replicated;
  return Judgement{state, required, healthy};
}

}  // namespace dobson::storage
