#pragma once

// A reactor for tests: `run_until` runs what arrives on the calling thread until a condition holds.

#include <condition_variable>
#include <functional>
#include <mutex>

#include "core/async/completion.h"

namespace dobson::test {

class ManualMailbox final : public Mailbox {
 public:
  void post(Completion& completion) override {
    const std::lock_guard lock(mutex_);
    queue_.push(completion);
    arrived_.notify_one();
    ++posts_;
  }

  void run_until(const std::function<bool()>& condition) {
    while (!condition()) {
      {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return posts_ != 0; });
        posts_ = 0;
      }
      queue_.drain();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  unsigned posts_ = 0;
  MailboxQueue queue_;
};

}  // namespace dobson::test
