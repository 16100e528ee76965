#include "storage/log/space_watch.h"

#include <sys/statvfs.h>

#include <utility>

#include "core/base/limits.h"
#include "core/time/clock.h"

namespace dobson::storage {

SpaceWatch::SpaceWatch(std::filesystem::path directory, std::uint64_t watermark)
    : directory_(std::move(directory)), watermark_(watermark) {
  free_bytes();
}

bool SpaceWatch::low() {
  return free_bytes() < watermark_;
}

std::uint64_t SpaceWatch::free_bytes() {
  check_when_due();
  return free_bytes_.load(std::memory_order_relaxed);
}

SpaceWatch::Space SpaceWatch::space() {
  check_when_due();
  const std::uint64_t capacity = capacity_.load(std::memory_order_relaxed);
  if (capacity == 0) return {};
  return {capacity, unused_.load(std::memory_order_relaxed),
          free_bytes_.load(std::memory_order_relaxed)};
}

void SpaceWatch::check_when_due() {
  const std::int64_t now_ms = steady_ms();
  std::int64_t due_ms = next_check_ms_.load(std::memory_order_relaxed);
  // One of the threads that find the answer too old asks; the others take the old one.
  if (now_ms < due_ms ||
      !next_check_ms_.compare_exchange_strong(due_ms, now_ms + limits::space_check_ms)) {
    return;
  }
  struct statvfs status;
  // A directory that cannot be asked is not full: the writes themselves will tell.
  const bool known = statvfs(directory_.c_str(), &status) == 0;
  free_bytes_ = known ? status.f_bavail * status.f_frsize : UINT64_MAX;
  capacity_ = known ? status.f_blocks * status.f_frsize : 0;
  unused_ = known ? status.f_bfree * status.f_frsize : 0;
}

}  // namespace dobson::storage
