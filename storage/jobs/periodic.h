#pragma once

// A thread that does one round of background work after another, `interval` apart, and the next one
// at once when a round says that there is more to do.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace dobson::storage {

class Periodic {
 public:
  Periodic(std::chrono::milliseconds interval, std::function<bool()> round);
  ~Periodic();  // waits for the round that runs

 private:
  void run();

  const std::chrono::milliseconds interval_;
  const std::function<bool()> round_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace dobson::storage
