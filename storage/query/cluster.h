#pragma once

// Counts of the whole state.

#include <cstdint>

#include "storage/env/txn.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

struct StateCounts {
  Totals totals;  // of everything
  std::uint64_t containers = 0;
  std::uint64_t open_containers = 0;
  // Rows that wait in the stages of deletion.
  std::uint64_t deleted_directories = 0;
  std::uint64_t deleted_keys = 0;
};

// Looks at every container's row.
StateCounts count_state(const ReadTxn& txn);

}  // namespace dobson::storage
