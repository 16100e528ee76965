#pragma once

// One event loop and what belongs to its thread alone: mailbox, deadlines, coarse time, random
// numbers. Every entry from the loop into our code is a *turn*; what must not outlive one (a read
// transaction, design.md §2) is given back by the hooks that run at its end, before the loop waits.

#include <array>
#include <string_view>
#include <thread>
#include <vector>

#include "core/async/asio.h"
#include "core/async/completion.h"
#include "core/runtime/deadline_wheel.h"
#include "core/runtime/random.h"
#include "core/time/clock.h"

namespace dobson {

class TurnHook {
 public:
  virtual void turn_ended() = 0;

 protected:
  ~TurnHook() = default;
};

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
  // `now` in the form of RFC 7231, written anew when the second changes.
  std::string_view date();

  // On this thread. A hook must not add or remove one.
  void add_hook(TurnHook& hook) { hooks_.push_back(&hook); }
  void remove_hook(TurnHook& hook) { std::erase(hooks_, &hook); }

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
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer_{io_};
  MailboxQueue queue_;
  DeadlineWheel wheel_;
  Random random_;
  UnixMillis now_ = unknown;
  UnixMillis dated_second_ = INT64_MIN;
  std::array<char, 29> date_;
  std::vector<TurnHook*> hooks_;
  std::thread thread_;  // last: it uses all above
};

}  // namespace dobson
