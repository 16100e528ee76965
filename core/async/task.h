#pragma once

// `Task<T>`: a coroutine that runs when it is awaited, and whose end resumes the awaiter directly
// (symmetric transfer), so a chain of tasks that end at once uses no stack. An exception that
// leaves it is rethrown in the awaiter. One thread; a task that is not awaited does nothing. A
// suspended task must not be destroyed while something still means to resume it: cancel what it
// waits for, let it run to its end (TaskGroup).

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "core/async/completion.h"
#include "core/base/assert.h"

namespace dobson {

template <class T>
class Task;

namespace detail {

class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      return ended.promise().awaiter_;
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }

  void unhandled_exception() { exception_ = std::current_exception(); }
  void set_awaiter(std::coroutine_handle<> awaiter) { awaiter_ = awaiter; }

 protected:
  void rethrow() {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::coroutine_handle<> awaiter_;
  std::exception_ptr exception_;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object();
  void return_value(T value) { value_.emplace(std::move(value)); }
  T take() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() {}
  void take() { rethrow(); }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  class Awaiter {
   public:
    explicit Awaiter(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
      frame_.promise().set_awaiter(awaiter);
      return frame_;
    }
    T await_resume() { return frame_.promise().take(); }

   private:
    std::coroutine_handle<promise_type> frame_;
  };

  // Once.
  Awaiter operator co_await() && {
    DOBSON_ASSERT(frame_ && !frame_.done());
    return Awaiter(frame_);
  }

 private:
  std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace detail

// What owns itself: starts at once, destroys itself at its end. For TaskGroup and Runtime alone.
namespace detail {

struct Root {
  struct promise_type {
    Root get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace detail

// `co_await wait(mailbox, start)`: calls `start(Completion&)`, which hands the completion to
// whoever will complete it, and goes on when that has happened. To be awaited on the mailbox's own
// thread. Name `start` before the statement that awaits.
template <class Start>
class [[nodiscard]] Wait final : public Completion {
 public:
  Wait(Mailbox& home, Start start) : Completion(home), start_(std::move(start)) {}

  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    start_(static_cast<Completion&>(*this));
  }
  void await_resume() noexcept {}

  void run() override { awaiter_.resume(); }

 private:
  Start start_;
  std::coroutine_handle<> awaiter_;
};

template <class Start>
Wait<Start> wait(Mailbox& home, Start start) {
  return Wait<Start>(home, std::move(start));
}

}  // namespace dobson
