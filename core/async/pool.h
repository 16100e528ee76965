#pragma once

// Threads for blocking work (file I/O, digests, scans). Bounded: a job that finds `bound` others
// waiting is refused. `co_await offload(pool, mailbox, function)` runs `function` there and goes on
// with its result on the reactor that owns the mailbox.

#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/async/completion.h"
#include "core/base/result.h"

namespace dobson {

class Pool {
 public:
  // Lives until it has been run; the submitter owns it.
  class Job {
   public:
    virtual void execute() = 0;

   protected:
    ~Job() = default;

   private:
    friend class Pool;
    Job* next_ = nullptr;
  };

  Pool(unsigned threads, std::size_t bound);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();  // runs what waits, then ends

  // Any thread. False: `bound` jobs wait already.
  bool submit(Job& job);

 private:
  void work();

  const std::size_t bound_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  std::size_t waiting_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

namespace detail {

template <class R>
struct OffloadResult {
  using type = Result<R>;
};
template <class T>
struct OffloadResult<Result<T>> {
  using type = Result<T>;
};

}  // namespace detail

// An exception of the function is rethrown in the awaiter.
template <class Function>
class [[nodiscard]] Offload final : public Completion, public Pool::Job {
 public:
  using Returned = std::invoke_result_t<Function&>;
  using Value = typename detail::OffloadResult<Returned>::type;

  Offload(Pool& pool, Mailbox& home, Function function)
      : Completion(home), pool_(&pool), function_(std::move(function)) {}

  bool await_ready() noexcept { return false; }
  // Refused: goes on at once.
  bool await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    return pool_->submit(*this);
  }
  Value await_resume() {
    if (exception_) std::rethrow_exception(exception_);
    if (!value_) return Error{Errc::overloaded, "Too much work is waiting."};
    return std::move(*value_);
  }

 private:
  // On the pool's thread.
  void execute() override {
    try {
      if constexpr (std::is_void_v<Returned>) {
        function_();
        value_.emplace();
      } else {
        value_.emplace(function_());
      }
    } catch (...) {
      exception_ = std::current_exception();
    }
    complete();
  }
  void run() override { awaiter_.resume(); }

  Pool* pool_;
  Function function_;
  std::optional<Value> value_;
  std::exception_ptr exception_;
  std::coroutine_handle<> awaiter_;
};

// Name `function` before the statement that awaits.
template <class Function>
Offload<Function> offload(Pool& pool, Mailbox& home, Function function) {
  return Offload<Function>(pool, home, std::move(function));
}

}  // namespace dobson
