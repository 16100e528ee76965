#pragma once

// Counters of the log, since it began. Written by the writer, readable from any thread.

#include <atomic>
#include <cstdint>

namespace dobson::storage {

struct LogMetrics {
  using Counter = std::atomic<std::uint64_t>;

  Counter commits{0};        // batches made durable; commands / commits is the mean batch
  Counter commands{0};       // decided, refused ones included
  Counter refused{0};        // an error of the command itself
  Counter failed{0};         // not applied, or of unknown outcome
  Counter largest_batch{0};  // commands
  Counter apply_us{0};       // time spent applying
  Counter commit_us{0};      // time spent committing
  Counter waiting{0};        // commands that wait for the writer now
};

}  // namespace dobson::storage
