#pragma once

// Group sync: one thread takes all jobs that wait, syncs each file they touched once, and finishes
// them together. The first sync that fails is the last one: what the kernel did with the dirty
// pages is unknown, so from then on every job fails and nothing is tried again.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/container_file.h"

namespace dobson::storage {

// Both are called on the syncer's thread. The job is not touched after `finished`.
class SyncJob {
 public:
  // Writes what is still held back, and names the files whose bytes must become durable.
  virtual Status prepare(std::vector<std::shared_ptr<ContainerFile>>& files) = 0;
  virtual void finished(Status durable) = 0;

 protected:
  ~SyncJob() = default;
};

class Syncer {
 public:
  explicit Syncer(BlockMetrics& metrics);
  ~Syncer();  // jobs that wait are done first

  void submit(SyncJob& job);

  // Why writing has stopped, if it has. `unavailable`.
  std::optional<Error> stopped() const;

 private:
  void run();
  void sync(const std::vector<SyncJob*>& jobs);

  BlockMetrics& metrics_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<SyncJob*> waiting_;
  std::optional<Error> stopped_;
  std::atomic<bool> is_stopped_{false};
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace dobson::storage
