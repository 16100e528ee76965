#include "core/runtime/deadline_wheel.h"

namespace dobson {

DeadlineWheel::DeadlineWheel(int tick_ms, std::int64_t now_ms)
    : tick_ms_(tick_ms), start_ms_(now_ms) {}

void DeadlineWheel::arm(Deadline& deadline, int after_ms) {
  // One tick more: the current one has partly passed.
  const auto ticks = (after_ms + tick_ms_ - 1) / tick_ms_ + 1;
  deadline.tick_ = tick_ + static_cast<std::uint64_t>(ticks);
  if (deadline.linked() && deadline.place_ <= deadline.tick_) return;
  deadline.unlink();
  deadline.place_ = deadline.tick_;
  deadline.insert_before(slot_of(deadline.place_));
}

int DeadlineWheel::left_ms(const Deadline& deadline) const {
  if (!deadline.armed() || deadline.tick_ <= tick_) return 0;
  return static_cast<int>(deadline.tick_ - tick_ - 1) * tick_ms_;
}

void DeadlineWheel::advance(std::int64_t now_ms) {
  const auto due = static_cast<std::uint64_t>((now_ms - start_ms_) / tick_ms_);
  while (tick_ < due) {
    ++tick_;
    sweep(slot_of(tick_));
  }
}

void DeadlineWheel::sweep(Slot& slot) {
  if (!slot.linked()) return;
  // Taken off the wheel first: what is armed meanwhile must not be met again in this round.
  Slot taken;
  taken.insert_before(slot);
  slot.unlink();
  while (taken.linked()) {
    auto& deadline = static_cast<Deadline&>(*taken.next_);
    deadline.unlink();
    if (deadline.tick_ <= tick_) {
      deadline.disarm();
      deadline.expired();
    } else if (deadline.armed()) {
      deadline.place_ = deadline.tick_;
      deadline.insert_before(slot_of(deadline.place_));
    }
  }
}

}  // namespace dobson
