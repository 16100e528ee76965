#include "core/async/pool.h"

namespace dobson {

Pool::Pool(unsigned threads, std::size_t bound) : bound_(bound) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back(&Pool::work, this);
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  arrived_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool Pool::submit(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ == bound_) return false;
    ++waiting_;
    if (last_ == nullptr) {
      first_ = &job;
    } else {
      last_->next_ = &job;
    }
    last_ = &job;
  }
  arrived_.notify_one();
  return true;
}

void Pool::work() {
  for (;;) {
    Job* job = nullptr;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return first_ != nullptr || ending_; });
      if (first_ == nullptr) return;
      job = std::exchange(first_, first_->next_);
      if (first_ == nullptr) last_ = nullptr;
      --waiting_;
    }
    job->execute();
  }
}

}  // namespace dobson
