#pragma once

// Who goes on next when a reactor has more to do than time. What has been done for a client of late
// is its *attained service*; it halves with every tick of the reactor's deadlines. While that is
// little, and the last request was a small one, the client goes on at once. Else it waits in line,
// and the line moves a slice at a time (limits::slice_cost), with a look at the sockets between two
// slices. So whoever asks for little waits for one slice, not for all that others ask for on a
// thousand connections; and they, alone, lose nothing. (Least attained service and shortest job
// first, in two classes; docs/adr/0018.) One reactor's thread.

#include <coroutine>
#include <cstdint>

#include "core/base/limits.h"
#include "core/runtime/reactor.h"

namespace dobson {

// Costs are in units of about a microsecond.
class Service {
 private:
  friend class FairQueue;

  std::uint64_t cost_ = 0;  // attained, at tick_
  std::uint64_t tick_ = 0;
  std::uint64_t last_ = 0;  // cost of what was done last
};

class FairQueue {
 public:
  explicit FairQueue(Reactor& reactor) : reactor_(&reactor) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // For one request, or a piece of one.
  void charge(Service& service, std::uint64_t cost);

  class [[nodiscard]] Wait {
   public:
    Wait(FairQueue& queue, bool ready) : queue_(&queue), ready_(ready) {}

    bool await_ready() const noexcept { return ready_; }
    void await_suspend(std::coroutine_handle<> awaiter) {
      awaiter_ = awaiter;
      queue_->add(*this);
    }
    // Milliseconds in line.
    std::int64_t await_resume() const noexcept { return waited_ms_; }

   private:
    friend class FairQueue;

    FairQueue* queue_;
    const bool ready_;
    std::coroutine_handle<> awaiter_;
    std::int64_t since_ms_ = 0;
    std::int64_t waited_ms_ = 0;
    Wait* next_ = nullptr;
  };

  // Before work for a client that had none: `co_await enter(service)`. Where nobody stands in line
  // that is as good as free: a slice's worth goes on at once.
  Wait enter(Service& service) { return {*this, is_light(service) || has_time()}; }
  // In the middle of more work: lets others go first.
  Wait pass() { return {*this, false}; }

 private:
  void age(Service& service);
  bool is_light(Service& service);
  bool has_time() const { return first_ == nullptr && slice_ < limits::slice_cost; }
  void add(Wait& wait);
  void post_slice();
  void run_slice();

  Reactor* reactor_;
  Wait* first_ = nullptr;
  Wait* last_ = nullptr;
  bool posted_ = false;      // a slice is to come, or runs
  std::int64_t now_ms_ = 0;  // at the begin of the slice
  std::uint64_t slice_ = 0;  // cost of what was done since
};

}  // namespace dobson
