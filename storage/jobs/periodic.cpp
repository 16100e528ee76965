#include "storage/jobs/periodic.h"

namespace dobson::storage {

Periodic::Periodic(std::chrono::milliseconds interval, std::function<bool()> round)
    : interval_(interval), round_(std::move(round)), thread_([this] { run(); }) {}

Periodic::~Periodic() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Periodic::run() {
  bool more = false;
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (!more && ended_.wait_for(lock, interval_, [this] { return ending_; })) return;
    lock.unlock();
    more = round_();
    lock.lock();
  }
}

}  // namespace dobson::storage
