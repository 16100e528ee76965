#pragma once

// One event loop and what belongs to its thread alone: mailbox, deadlines, coarse time, random
// numbers, and the hooks that run when a turn ends.

#include <string_view>
#include <thread>
#include <vector>

#include "core/async/asio.h"
#include "core/async/completion.h"
#include "core/runtime/deadline_wheel.h"
#include "core/runtime/random.h"
#include "core/runtime/turn_hook.h"
#include "core/time/clock.h"
#include "core/time/http_date.h"

namespace dobson {

class Reactor final : public Mailbox {
 public:
  Reactor(unsigned index, const Clock& clock, int tick_ms);
  ~Reactor();

  unsigned index() const { return index_; }
  asio::io_context& io() { return io_; }
  DeadlineWheel& wheel() { return wheel_; }
  Random& random() { return random_; }

  void post(Completion& completion) override;

  // Wall time of this turn, read when first asked for.
  UnixMillis now();
  // `now`, written anew when the second changes.
  std::string_view date();

  // On this thread; not by a hook.
  void add_hook(TurnHook& hook) { hooks_.push_back(&hook); }

  class Turn {
   public:
    explicit Turn(Reactor& reactor) : reactor_(&reactor) { reactor.now_ = unknown; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      for (TurnHook* hook : reactor_->hooks_) hook->turn_ended();
    }

   private:
    Reactor* reactor_;
  };

  void stop();

 private:
  static constexpr UnixMillis unknown = INT64_MIN;

  void drain_mailbox();
  void wait_for_tick();

  const unsigned index_;
  const Clock* clock_;
  // One thread; from others come posts alone, so descriptors need no locks.
  asio::io_context io_{ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer_{io_};
  MailboxQueue queue_;
  DeadlineWheel wheel_;
  Random random_;
  UnixMillis now_ = unknown;
  UnixMillis dated_second_ = 0;
  HttpDate date_{0};
  std::vector<TurnHook*> hooks_;
  std::thread thread_;  // last: it uses all above
};

}  // namespace dobson
