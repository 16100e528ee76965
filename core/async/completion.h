#pragma once

// How work done on another thread (writer, syncer, block I/O pool) comes back to the reactor that
// waits for it, without naming Asio. A waiter owns the `Completion`; it must live until `run` has
// been called on its home thread.

#include <atomic>

namespace dobson {

class Completion;

// The inbox of one reactor. `post` may be called from any thread; completions that arrive together
// cost one wake-up.
class Mailbox {
 public:
  virtual void post(Completion& completion) = 0;

 protected:
  ~Mailbox() = default;
};

class Completion {
 public:
  explicit Completion(Mailbox& home) : home_(&home) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  // From any thread, once.
  void complete() { home_->post(*this); }

  // On the home thread, by the mailbox.
  virtual void run() = 0;

 protected:
  ~Completion() = default;

 private:
  friend class MailboxQueue;
  Mailbox* home_;
  Completion* next_ = nullptr;
};

// What a mailbox is made of: pushed by any thread, drained by one, in order of arrival.
class MailboxQueue {
 public:
  // True when the queue was empty, so that the owner must be woken.
  bool push(Completion& completion) {
    Completion* head = head_.load(std::memory_order_relaxed);
    do {
      completion.next_ = head;
    } while (!head_.compare_exchange_weak(head, &completion, std::memory_order_release,
                                          std::memory_order_relaxed));
    return head == nullptr;
  }

  // Runs all that has arrived; `run` may destroy its completion.
  void drain() {
    Completion* reversed = head_.exchange(nullptr, std::memory_order_acquire);
    Completion* next = nullptr;
    while (reversed != nullptr) {
      Completion* following = reversed->next_;
      reversed->next_ = next;
      next = reversed;
      reversed = following;
    }
    while (next != nullptr) {
      Completion* current = next;
      next = current->next_;
      current->run();
    }
  }

 private:
  std::atomic<Completion*> head_{nullptr};
};

}  // namespace dobson
