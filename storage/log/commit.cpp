#include "storage/log/commit.h"

#include <condition_variable>
#include <mutex>

namespace dobson::storage {

namespace {

// The home of a thread that waits for one completion.
class Waiter final : public Mailbox, public Completion {
 public:
  Waiter() : Completion(static_cast<Mailbox&>(*this)) {}

  void post(Completion&) override {
    std::lock_guard lock(mutex_);
    run();
    arrived_.notify_one();  // under the lock: the waiter is gone right after it
  }
  void run() override { done_ = true; }

  void wait() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool done_ = false;
};

}  // namespace

Result<Outcome> commit_and_wait(Log& log, Command command, Priority priority) {
  Waiter waiter;
  Proposal proposal(std::move(command), waiter, priority);
  log.propose(proposal);
  waiter.wait();
  return std::move(proposal.outcome);
}

}  // namespace dobson::storage
