#pragma once

// The reactors: one thread and one event loop each. Made first, destroyed last; what runs on them
// (servers, jobs) ends before. Handlers and storage know a reactor as its `Mailbox`.

#include <future>
#include <memory>
#include <vector>

#include "core/async/completion.h"
#include "core/async/task.h"
#include "core/time/clock.h"

namespace dobson {

class Reactor;
class TurnHook;

class Runtime {
 public:
  // `tick_ms`: of the deadline wheels.
  static constexpr int default_tick_ms = 250;
  Runtime(unsigned reactors, const Clock& clock, int tick_ms = default_tick_ms);
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();  // stop

  unsigned size() const { return static_cast<unsigned>(reactors_.size()); }
  Reactor& reactor(unsigned index) { return *reactors_[index]; }
  Mailbox& mailbox(unsigned index);

  // Starts `task` on a reactor, from any other thread; the future holds its end or its exception.
  std::future<void> run(unsigned index, Task<void> task);

  // Before tasks run that need the hook. It lives longer than the runtime.
  void add_hook(unsigned index, TurnHook& hook);

  // Ends the event loops and their threads. Tasks that have not ended then never will: drain first.
  void stop();

 private:
  std::vector<std::unique_ptr<Reactor>> reactors_;
};

}  // namespace dobson
