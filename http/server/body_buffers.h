#pragma once

// Memory for pieces of request bodies, of one reactor. A connection has a buffer only while its
// handler works on a piece, never while it waits for its client, so slow clients cannot use the
// buffers up; who finds none waits for the handlers of others.

#include <array>
#include <atomic>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/async/completion.h"
#include "core/base/limits.h"

namespace dobson::http {

using BodyBuffer = std::unique_ptr<std::array<char, limits::body_chunk_bytes>>;

class BodyBuffers {
 public:
  // `made` counts those of all reactors.
  BodyBuffers(Mailbox& home, std::size_t most, std::atomic<std::uint64_t>& made)
      : home_(&home), left_(most), made_(&made) {}

  class [[nodiscard]] Take final : public Completion {
   public:
    explicit Take(BodyBuffers& buffers) : Completion(*buffers.home_), buffers_(&buffers) {}

    bool await_ready() {
      buffer_ = buffers_->find();
      return buffer_ != nullptr;
    }
    void await_suspend(std::coroutine_handle<> awaiter) {
      awaiter_ = awaiter;
      buffers_->waiting_.push_back(this);
    }
    BodyBuffer await_resume() { return std::move(buffer_); }
    void run() override { awaiter_.resume(); }

   private:
    friend class BodyBuffers;
    BodyBuffers* buffers_;
    BodyBuffer buffer_;
    std::coroutine_handle<> awaiter_;
  };

  // `co_await buffers.take()`
  Take take() { return Take(*this); }

  void give_back(BodyBuffer buffer) {
    if (!buffer) return;
    if (waiting_.empty()) {
      spare_.push_back(std::move(buffer));
      return;
    }
    Take* first = waiting_.front();
    waiting_.pop_front();
    first->buffer_ = std::move(buffer);
    first->complete();
  }

 private:
  // Null: all are in use.
  BodyBuffer find() {
    if (!spare_.empty()) {
      BodyBuffer buffer = std::move(spare_.back());
      spare_.pop_back();
      return buffer;
    }
    if (left_ == 0) return nullptr;
    --left_;
    ++*made_;
    return std::make_unique_for_overwrite<BodyBuffer::element_type>();
  }

  Mailbox* home_;
  std::size_t left_;  // that may still be made
  std::atomic<std::uint64_t>* made_;
  std::vector<BodyBuffer> spare_;
  std::deque<Take*> waiting_;
};

}  // namespace dobson::http
