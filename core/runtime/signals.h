#pragma once

// Signals of the process, taken by one thread. SIGTERM or SIGINT: `terminate` is called once; a
// second one ends the process at once. SIGHUP: `reload`. SIGPIPE is ignored. Made before any other
// thread, so that all of them inherit the blocked signals; the callbacks must not block, or a
// second SIGTERM would not be seen.

#include <functional>
#include <thread>

namespace dobson {

class Signals {
 public:
  Signals(std::function<void()> terminate, std::function<void()> reload);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  void wait();

  std::function<void()> terminate_;
  std::function<void()> reload_;
  int signals_;  // signalfd
  int ending_;   // eventfd
  std::thread thread_;
};

}  // namespace dobson
