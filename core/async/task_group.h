#pragma once

// The children of one owner on one reactor: started here, told to stop here, awaited here. There is
// no other way to start a coroutine that nobody awaits. A child deals with its own exceptions; one
// that escapes ends the process.

#include <coroutine>
#include <cstddef>
#include <stop_token>

#include "core/async/task.h"

namespace dobson {

class TaskGroup {
 public:
  TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() { DOBSON_ASSERT(children_ == 0); }

  // Runs the child up to its first wait.
  void spawn(Task<void> child) {
    ++children_;
    drive(this, std::move(child));
  }

  // Children that must end early register a std::stop_callback here.
  std::stop_token stop_token() const { return stop_.get_token(); }
  void cancel() { stop_.request_stop(); }

  std::size_t size() const { return children_; }

  // Resumes when no child is left; one waiter.
  class Join {
   public:
    explicit Join(TaskGroup& group) : group_(&group) {}
    bool await_ready() noexcept { return group_->children_ == 0; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      DOBSON_ASSERT(!group_->waiter_);
      group_->waiter_ = waiter;
    }
    void await_resume() noexcept {}

   private:
    TaskGroup* group_;
  };
  Join join() { return Join(*this); }

 private:
  static detail::Root drive(TaskGroup* group, Task<void> child) {
    {
      Task<void> running = std::move(child);
      co_await std::move(running);
    }
    // The child's frame is gone; the group may go with the waiter.
    group->ended();
  }

  void ended() {
    --children_;
    if (children_ == 0 && waiter_) std::exchange(waiter_, nullptr).resume();
  }

  std::size_t children_ = 0;
  std::coroutine_handle<> waiter_;
  std::stop_source stop_;
};

}  // namespace dobson
