#include "core/runtime/runtime.h"

#include "core/runtime/reactor.h"

namespace dobson {

namespace {

detail::Root drive(Task<void> task, std::promise<void> ended) {
  std::exception_ptr exception;
  try {
    Task<void> running = std::move(task);
    co_await std::move(running);
  } catch (...) {
    exception = std::current_exception();
  }
  // The task's frame is gone: whoever waits may destroy what it used.
  if (exception) {
    ended.set_exception(exception);
  } else {
    ended.set_value();
  }
}

// Carries a task to its reactor.
class Entry final : public Completion {
 public:
  Entry(Mailbox& home, Task<void> task) : Completion(home), task_(std::move(task)) {}

  std::future<void> ended() { return ended_.get_future(); }
  void run() override {
    const std::unique_ptr<Entry> self(this);
    drive(std::move(task_), std::move(ended_));
  }

 private:
  Task<void> task_;
  std::promise<void> ended_;
};

Task<void> add(Reactor* reactor, TurnHook* hook) {
  reactor->add_hook(*hook);
  co_return;
}

}  // namespace

Runtime::Runtime(unsigned reactors, const Clock& clock, int tick_ms) {
  for (unsigned i = 0; i < reactors; ++i) {
    reactors_.push_back(std::make_unique<Reactor>(i, clock, tick_ms));
  }
}

Runtime::~Runtime() {
  stop();
}

Mailbox& Runtime::mailbox(unsigned index) {
  return *reactors_[index];
}

std::future<void> Runtime::run(unsigned index, Task<void> task) {
  auto entry = std::make_unique<Entry>(mailbox(index), std::move(task));
  auto ended = entry->ended();
  entry.release()->complete();
  return ended;
}

void Runtime::add_hook(unsigned index, TurnHook& hook) {
  run(index, add(&reactor(index), &hook)).get();
}

void Runtime::stop() {
  for (auto& reactor : reactors_) reactor->stop();
}

}  // namespace dobson
