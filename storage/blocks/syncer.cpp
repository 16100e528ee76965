#include "storage/blocks/syncer.h"

#include <algorithm>
#include <chrono>

#include "core/log/log.h"

namespace dobson::storage {

Syncer::Syncer(BlockMetrics& metrics) : metrics_(metrics), thread_([this] { run(); }) {}

Syncer::~Syncer() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void Syncer::submit(SyncJob& job) {
  bool first;
  {
    std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back(&job);
  }
  if (first) arrived_.notify_one();
}

std::optional<Error> Syncer::stopped() const {
  if (!is_stopped_.load(std::memory_order_acquire)) return std::nullopt;
  std::lock_guard lock(mutex_);
  return stopped_;
}

void Syncer::run() {
  std::vector<SyncJob*> jobs;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      jobs.clear();
      jobs.swap(waiting_);
    }
    sync(jobs);
  }
}

void Syncer::sync(const std::vector<SyncJob*>& jobs) {
  std::vector<Status> prepared;
  std::vector<std::shared_ptr<ContainerFile>> files;
  for (SyncJob* job : jobs) prepared.push_back(job->prepare(files));
  std::ranges::sort(files);
  files.erase(std::ranges::unique(files).begin(), files.end());

  std::optional<Error> failure = stopped();
  for (const auto& file : files) {
    if (failure) break;
    const auto start = std::chrono::steady_clock::now();
    const Status synced = file->sync();
    const auto took = std::chrono::steady_clock::now() - start;
    metrics_.syncs.fetch_add(1, std::memory_order_relaxed);
    metrics_.sync_us.fetch_add(std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
                               std::memory_order_relaxed);
    if (synced.ok()) continue;
    failure = Error{.code = Errc::unavailable,
                    .message = "Writing has stopped: a sync of object data failed",
                    .detail = synced.error().detail};
    log::error("blocks", "writing has stopped for good: {}", synced.error().detail);
    std::lock_guard lock(mutex_);
    stopped_ = failure;
    is_stopped_.store(true, std::memory_order_release);
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i]->finished(failure ? Status(*failure) : std::move(prepared[i]));
  }
}

}  // namespace dobson::storage
