#include "storage/log/commit.h"

#include <utility>

namespace dobson::storage {

void Round::propose(Log& log) {
  under_way_ = proposals_.size();
  for (Proposal& proposal : proposals_) log.propose(proposal);
}

Result<std::vector<Outcome>> Round::wait() {
  {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return under_way_ == 0; });
  }
  std::vector<Outcome> outcomes;
  for (Proposal& proposal : std::exchange(proposals_, {})) {
    outcomes.push_back(TRY(std::move(proposal.outcome)));
  }
  return outcomes;
}

void Round::post(Completion&) {
  std::lock_guard lock(mutex_);
  run();
  if (under_way_ == 0) arrived_.notify_one();  // under the lock: the waiter is gone right after it
}

Result<Outcome> commit_and_wait(Log& log, Command command, Priority priority) {
  Round round;
  round.add(std::move(command), priority);
  round.propose(log);
  auto outcomes = TRY(round.wait());
  return std::move(outcomes.front());
}

}  // namespace dobson::storage
