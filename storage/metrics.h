#pragma once

// What /-/metrics shows of the store.

#include <cstdint>

#include "storage/blocks/block_metrics.h"
#include "storage/log/metrics.h"

namespace dobson::storage {

// Rows that wait in each stage of deletion, and unfinished uploads.
struct DeletionBacklog {
  std::uint64_t uploads = 0;
  std::uint64_t directories = 0;
  std::uint64_t keys = 0;
  std::uint64_t blocks = 0;
};

struct StoreMetrics {
  const LogMetrics& log;       // live, as long as the store
  const BlockMetrics& blocks;  // live, as long as the store
  std::uint64_t state_bytes;   // of the file of `state/`
  std::uint64_t free_bytes;    // on its file system
  DeletionBacklog deletion;
};

}  // namespace dobson::storage
