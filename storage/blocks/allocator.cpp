#include "storage/blocks/allocator.h"

#include <algorithm>
#include <chrono>

#include "core/base/assert.h"
#include "core/log/log.h"
#include "storage/blocks/block_format.h"
#include "storage/log/commit.h"

namespace dobson::storage {

namespace {

void warn_unless_closed(ContainerId id, const Status& status) {
  if (status.ok()) return;
  log::warn("blocks", "container {} is not closed: {} {}", id.value, name_of(status.error().code),
            status.error().detail);
}

}  // namespace

Allocator::Allocator(const Limits& limits, BlockFiles& files, Log& log, ReplicaNotes& notes,
                     BlockMetrics& metrics)
    : limits_(limits), files_(files), log_(log), notes_(notes), metrics_(metrics) {}

Allocator::~Allocator() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Allocator::add(std::shared_ptr<ContainerFile> file, std::uint64_t end) {
  const ContainerId id = file->id();
  const std::uint64_t limit = std::max(end, limits_.container_bytes);
  auto container = std::make_shared<OpenContainer>(std::move(file), end, limit);
  open_.emplace(id, container);
  queue_.push_back(std::move(container));
}

void Allocator::close_unusable(ContainerId id) {
  warn_unless_closed(id, move(id, ContainerState::closed));
}

Status Allocator::start() {
  if (queue_.empty()) {
    auto made = make();
    if (made.ok()) {
      add(std::move(*made), container_header_bytes);
    } else if (made.error().code != Errc::out_of_space) {
      return made.error();
    }
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

Result<Reservation> Allocator::reserve(std::uint64_t bytes) {
  DOBSON_ASSERT(bytes <= limits_.container_bytes - container_header_bytes);
  std::unique_lock lock(mutex_);
  Reservation reservation = TRY(take(lock, bytes));
  lock.unlock();
  const Status grown = grow(*reservation.container, reservation.begin + bytes, limits_);
  if (!grown.ok()) {
    abandon(reservation, reservation.begin);
    return grown.error();
  }
  return reservation;
}

Result<Reservation> Allocator::take(std::unique_lock<std::mutex>& lock, std::uint64_t bytes) {
  while (!ending_) {
    if (queue_.empty()) {
      const std::uint64_t attempts = attempts_;
      ask_for_container();
      made_.wait(lock, [&] { return ending_ || attempts_ != attempts; });
      if (queue_.empty() && failure_) return *failure_;
      continue;
    }
    const Container front = queue_.front();
    const std::uint64_t low = limits_.container_bytes / 8;
    const bool was_low = front->space.left() < low;
    if (const auto begin = front->space.take(bytes)) {
      const bool is_low = front->space.left() < low;
      if (is_low && !was_low && queue_.size() == 1) ask_for_container();
      return Reservation{front, *begin};
    }
    queue_.pop_front();
    retire(front);
  }
  return Error{Errc::unavailable, "The store is closing"};
}

Status Allocator::grow(OpenContainer& container, std::uint64_t end, const Limits& limits) {
  if (end <= container.allocated.load(std::memory_order_acquire)) return {};
  std::lock_guard lock(container.growing);
  const std::uint64_t begin = container.allocated.load(std::memory_order_relaxed);
  if (end <= begin) return {};
  const std::uint64_t steps = (end + limits.preallocate_bytes - 1) / limits.preallocate_bytes;
  std::uint64_t target =
      std::max(end, std::min(steps * limits.preallocate_bytes, limits.container_bytes));
  if (!container.file->has_plenty(target - begin)) target = end;
  TRY(container.file->allocate(begin, target));
  container.allocated.store(target, std::memory_order_release);
  return {};
}

void Allocator::trim(const Reservation& reservation, std::uint64_t used_end) {
  std::lock_guard lock(mutex_);
  trim_held(reservation, used_end);
}

void Allocator::keep(const Reservation& reservation) {
  std::lock_guard lock(mutex_);
  reservation.container->space.release(reservation.begin);
  close_when_idle(reservation.container);
}

void Allocator::abandon(const Reservation& reservation, std::uint64_t used_end) {
  std::lock_guard lock(mutex_);
  trim_held(reservation, used_end);
  const ByteRange range = reservation.container->space.release(reservation.begin);
  if (range.begin < range.end) garbage_.push_back({reservation.container->file->id(), range});
  close_when_idle(reservation.container);
}

void Allocator::retire(ContainerId id) {
  std::lock_guard lock(mutex_);
  const auto found = open_.find(id);
  if (found == open_.end() || found->second->retired) return;
  std::erase(queue_, found->second);
  retire(found->second);
}

std::vector<Garbage> Allocator::take_garbage() {
  std::lock_guard lock(mutex_);
  return std::exchange(garbage_, {});
}

std::uint64_t Allocator::committed_bytes() const {
  std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& [id, container] : open_) bytes += container->space.left();
  return bytes;
}

std::optional<Busy> Allocator::busy(ContainerId container) const {
  std::lock_guard lock(mutex_);
  const auto found = open_.find(container);
  if (found == open_.end()) return std::nullopt;
  const Reservations& space = found->second->space;
  return Busy{space.in_flight(), space.end()};
}

void Allocator::ask_for_container() {
  wanted_ = true;
  work_.notify_one();
}

void Allocator::trim_held(const Reservation& reservation, std::uint64_t used_end) {
  const auto tail = reservation.container->space.trim(reservation.begin, used_end);
  if (tail) garbage_.push_back({reservation.container->file->id(), *tail});
}

void Allocator::retire(const Container& container) {
  container->retired = true;
  to_move_.push_back(container);
  work_.notify_one();
}

void Allocator::close_when_idle(const Container& container) {
  if (!container->retired || !container->space.idle()) return;
  to_move_.push_back(container);
  work_.notify_one();
}

void Allocator::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] { return ending_ || wanted_ || !to_move_.empty(); });
    if (ending_) break;
    if (wanted_) {
      lock.unlock();
      auto made = make();
      lock.lock();
      failure_.reset();
      if (made.ok()) {
        add(std::move(*made), container_header_bytes);
      } else {
        log::error("blocks", "no new container: {} {}", name_of(made.error().code),
                   made.error().detail);
        failure_ = std::move(made).error();
      }
      wanted_ = false;
      ++attempts_;
      made_.notify_all();
      continue;
    }
    const Container container = std::move(to_move_.front());
    to_move_.pop_front();
    lock.unlock();
    move_on(*container);
    lock.lock();
  }
  made_.notify_all();
}

Result<std::shared_ptr<ContainerFile>> Allocator::make() {
  if (!without_file_) {
    const Outcome outcome = TRY(commit_and_wait(log_, CreateContainer{}, Priority::client));
    without_file_ = outcome.container;
  }
  const std::uint64_t ahead = std::min(limits_.preallocate_bytes, limits_.container_bytes);
  auto file = TRY(files_.create(*without_file_, ahead));
  notes_.note_change(*without_file_);
  without_file_.reset();
  metrics_.containers.fetch_add(1, std::memory_order_relaxed);
  return file;
}

// One that could not be closed stays as it is until the next start.
void Allocator::move_on(const OpenContainer& container) {
  const ContainerId id = container.file->id();
  bool idle;
  {
    std::lock_guard lock(mutex_);
    idle = container.space.idle();
    if (!open_.contains(id)) return;
  }
  Status status = idle ? drop_space_ahead(container) : Status();
  if (status.ok()) status = move(id, idle ? ContainerState::closed : ContainerState::closing);
  warn_unless_closed(id, status);
  if (!status.ok()) return;
  std::lock_guard lock(mutex_);
  if (idle) open_.erase(id);
}

Status Allocator::move(ContainerId container, ContainerState to) {
  const auto moved = commit_and_wait(log_, MoveContainer{container, to}, Priority::background);
  if (!moved.ok()) return moved.error();
  notes_.note_change(container);
  return {};
}

// Nothing is appended to the container any more.
Status Allocator::drop_space_ahead(const OpenContainer& container) {
  const std::uint64_t size = TRY(container.file->size());
  std::uint64_t end;
  {
    std::lock_guard lock(mutex_);
    end = container.space.end();
  }
  return end < size ? container.file->punch(end, size) : Status();
}

}  // namespace dobson::storage
