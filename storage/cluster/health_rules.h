#pragma once

// What is wrong with a container, by its replicas (spec/recon.md §4.5.1). All nodes are in service
// and on one rack, so placement is satisfied by the first replica, and a container has at most one
// of these states.

#include <optional>
#include <span>

#include "storage/blocks/block_index.h"
#include "storage/model/local_rows.h"

namespace dobson::storage {

struct Judgement {
  HealthState state = HealthState::missing;
  unsigned expected = 0;  // replicas
  unsigned actual = 0;    // of these, healthy ones

  bool operator==(const Judgement&) const = default;
};

// Nothing: it is healthy, or on its way out.
std::optional<Judgement> judge(const ContainerRow& container,
                               std::span<const ReplicaState> replicas);

}  // namespace dobson::storage
