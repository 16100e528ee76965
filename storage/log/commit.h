#pragma once

// `propose` for threads that may block: background jobs and tools, never a reactor.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "storage/log/log.h"

namespace dobson::storage {

// Commands that are proposed together; who waits for them waits once. One thread, which waits
// before it ends the round.
class Round final : private Mailbox, private Completion {
 public:
  Round() : Completion(static_cast<Mailbox&>(*this)) {}

  std::size_t size() const { return proposals_.size(); }
  void add(Command command, Priority priority = Priority::client) {
    Completion& done = *this;
    proposals_.emplace_back(std::move(command), done, priority);
  }

  // Once, behind the last `add`.
  void propose(Log& log);

  // The outcomes in the order of the commands, or the first refusal (errors as in
  // Proposal::outcome); then the round is empty.
  Result<std::vector<Outcome>> wait();

 private:
  void post(Completion&) override;
  void run() override { --under_way_; }

  std::deque<Proposal> proposals_;  // which must stay where they are
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::size_t under_way_ = 0;
};

// The outcome of `command`, or why there is none; errors as in Proposal::outcome.
Result<Outcome> commit_and_wait(Log& log, Command command, Priority priority);

}  // namespace dobson::storage
