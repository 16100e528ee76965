#pragma once

// With a body that comes slowly: waits use it up, bytes give it back, as many as a least rate asks
// for. So neither silence nor a byte now and then holds anybody for long.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace dobson::http {

class Patience {
 public:
  // `least_rate`: bytes/s.
  Patience(int most_ms, int least_rate)
      : most_ms_(most_ms), least_rate_(least_rate), left_ms_(most_ms) {}

  int left_ms() const { return static_cast<int>(left_ms_); }
  void waited(int left_ms) { left_ms_ = left_ms; }
  void arrived(std::size_t bytes) {
    const auto earned_ms = static_cast<std::int64_t>(1000 * bytes) / least_rate_;
    left_ms_ = std::min(left_ms_ + earned_ms, most_ms_);
  }

 private:
  std::int64_t most_ms_;
  std::int64_t least_rate_;
  std::int64_t left_ms_;
};

}  // namespace dobson::http
