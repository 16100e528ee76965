#pragma once

// Deadlines of one reactor: thousands of waits, one timer. Coarse: a deadline expires between its
// time and two ticks later. Arming costs a few instructions, because a deadline that moves to
// later, the usual case, stays where it is until the wheel comes to its old place.

#include <array>
#include <cstdint>

namespace dobson {

// A ring of links; one that stands alone is its own neighbour.
class DeadlineLink {
 public:
  DeadlineLink() = default;
  DeadlineLink(const DeadlineLink&) = delete;
  DeadlineLink& operator=(const DeadlineLink&) = delete;

 protected:
  ~DeadlineLink() { unlink(); }

 private:
  friend class DeadlineWheel;

  bool linked() const { return next_ != this; }
  void insert_before(DeadlineLink& other) {
    next_ = &other;
    previous_ = other.previous_;
    previous_->next_ = this;
    other.previous_ = this;
  }
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = this;
  }

  DeadlineLink* next_ = this;
  DeadlineLink* previous_ = this;
};

// Owned by who waits; destroyed, it does not expire.
class Deadline : public DeadlineLink {
 public:
  void disarm() { tick_ = never; }
  bool armed() const { return tick_ != never; }

  // On the reactor, disarmed. May arm or destroy this and other deadlines.
  virtual void expired() = 0;

 protected:
  ~Deadline() = default;

 private:
  friend class DeadlineWheel;
  static constexpr std::uint64_t never = UINT64_MAX;

  std::uint64_t tick_ = never;  // expires there
  std::uint64_t place_ = 0;     // stands in the slot of this tick
};

class DeadlineWheel {
 public:
  // `now_ms` here and below: of a clock that never goes back.
  DeadlineWheel(int tick_ms, std::int64_t now_ms);

  int tick_ms() const { return tick_ms_; }
  std::uint64_t tick() const { return tick_; }

  // An armed deadline is moved.
  void arm(Deadline& deadline, int after_ms);
  // Of the time it was armed for, to a tick; 0: it is not armed.
  int left_ms(const Deadline& deadline) const;

  // Expires all that is due.
  void advance(std::int64_t now_ms);

 private:
  struct Slot : DeadlineLink {};
  static constexpr std::size_t slots = 512;  // 128 s in ticks of 250 ms; later ones go round again

  Slot& slot_of(std::uint64_t tick) { return slots_[tick % slots]; }
  void sweep(Slot& slot);

  const int tick_ms_;
  const std::int64_t start_ms_;
  std::uint64_t tick_ = 0;
  std::array<Slot, slots> slots_;
};

}  // namespace dobson
