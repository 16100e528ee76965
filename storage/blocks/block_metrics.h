#pragma once

// Counters of the block store, for /-/metrics.

#include <atomic>
#include <cstdint>

namespace dobson::storage {

struct BlockMetrics {
  std::atomic<std::uint64_t> containers{0};
  std::atomic<std::uint64_t> written_bytes{0};  // of objects, without checksums
  std::atomic<std::uint64_t> read_bytes{0};
  std::atomic<std::uint64_t> finished{0};  // objects made durable
  std::atomic<std::uint64_t> syncs{0};
  std::atomic<std::uint64_t> sync_us{0};
  std::atomic<std::uint64_t> damaged_reads{0};
  std::atomic<std::uint64_t> scrubbed_bytes{0};
  std::atomic<std::uint64_t> freed_bytes{0};   // purged and abandoned
  std::atomic<std::uint64_t> orphan_bytes{0};  // reclaimed after a crash
};

}  // namespace dobson::storage
