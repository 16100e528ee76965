#include "core/runtime/fair_queue.h"

#include <algorithm>
#include <utility>

#include "core/async/asio.h"
#include "core/time/clock.h"

namespace dobson {

void FairQueue::age(Service& service) {
  const std::uint64_t tick = reactor_->wheel().tick();
  service.cost_ >>= std::min<std::uint64_t>(tick - service.tick_, 63);
  service.tick_ = tick;
}

void FairQueue::charge(Service& service, std::uint64_t cost) {
  age(service);
  service.cost_ += cost;
  service.last_ = cost;
  slice_ += cost;
}

bool FairQueue::is_light(Service& service) {
  age(service);
  return service.cost_ <= limits::light_cost && service.last_ <= limits::small_cost;
}

void FairQueue::add(Wait& wait) {
  if (!posted_) post_slice();
  wait.since_ms_ = now_ms_;
  (first_ == nullptr ? first_ : last_->next_) = &wait;
  last_ = &wait;
}

void FairQueue::post_slice() {
  posted_ = true;
  now_ms_ = steady_ms();
  asio::post(reactor_->io(), [this] { run_slice(); });
}

void FairQueue::run_slice() {
  const Reactor::Turn turn(*reactor_);
  now_ms_ = steady_ms();
  slice_ = 0;
  while (first_ != nullptr && slice_ < limits::slice_cost) {
    Wait& wait = *std::exchange(first_, first_->next_);
    ++slice_;
    wait.waited_ms_ = now_ms_ - wait.since_ms_;
    const bool last = first_ == nullptr;
    if (last) posted_ = false;
    wait.awaiter_.resume();
    if (last) return;  // with its last awaiter the queue may have ended
  }
  post_slice();
}

}  // namespace dobson
