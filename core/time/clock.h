#pragma once

// Time, injected: `SystemClock` for real, `ManualClock` in tests. Wall time is milliseconds since
// 1970 UTC; it is read where a command is stamped and a reply is dated, never below `apply`.

#include <cstdint>

namespace dobson {

using UnixMillis = std::int64_t;

class Clock {
 public:
  virtual UnixMillis now() const = 0;

 protected:
  ~Clock() = default;
};

class SystemClock final : public Clock {
 public:
  UnixMillis now() const override;
};

// Of a clock that never goes back, since some moment.
std::int64_t steady_ms();

class ManualClock final : public Clock {
 public:
  explicit ManualClock(UnixMillis start) : now_(start) {}
  UnixMillis now() const override { return now_; }
  void set(UnixMillis now) { now_ = now; }

 private:
  UnixMillis now_;
};

}  // namespace dobson
