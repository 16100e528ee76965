#pragma once

// Counts of the whole state.

#include <array>
#include <cstdint>

#include "storage/env/txn.h"
#include "storage/model/namespace.h"
#include "storage/model/rows.h"

namespace dobson::storage {

struct StateCounts {
  Totals totals;                                             // of everything
  Totals deleted;                                            // of what is below deleted directories
  std::array<std::uint64_t, container_states> containers{};  // by state
  Tally parts;                                               // of unfinished uploads
  Tally deleted_keys;
  Tally deleted_blocks;
  // Rows.
  std::uint64_t uploads = 0;
  std::uint64_t deleted_directories = 0;

  std::uint64_t containers_of(ContainerState state) const {
    return containers[static_cast<std::size_t>(state)];
  }
};

StateCounts count_state(const ReadTxn& txn);

}  // namespace dobson::storage
