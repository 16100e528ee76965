#pragma once

// Counts of times in constant memory: each value is told to within 1/64 of itself, whatever its
// size.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dobson::bench {

class Histogram {
 public:
  void add(std::uint64_t value) {
    ++counts_[slot_of(value)];
    ++count_;
    largest_ = std::max(largest_, value);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t largest() const { return largest_; }

  // What at least `part` of the values are not above, rounded up to its slot; 0 without values.
  std::uint64_t percentile(double part) const {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t slot = 0; slot < slots; ++slot) {
      seen += counts_[slot];
      if (seen > 0 && seen >= wanted) return std::min(last_of(slot), largest_);
    }
    return 0;
  }

  // `visit(last value of a slot, count)`, ascending, of slots that have values.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (counts_[slot] > 0) visit(last_of(slot), counts_[slot]);
    }
  }

 private:
  // Below 128 a slot a value; from there on 64 slots for each power of two.
  static constexpr int exact_bits = 7;
  static constexpr std::size_t half = 1 << (exact_bits - 1);
  static constexpr std::size_t slots = (64 - exact_bits + 2) * half;

  static std::size_t slot_of(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - exact_bits);
    return static_cast<std::size_t>(shift) * half + (value >> shift);
  }
  static std::uint64_t last_of(std::size_t slot) {
    if (slot < 2 * half) return slot;
    const std::size_t shift = slot / half - 1;
    const std::uint64_t begin = slot - shift * half;
    return ((begin + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(slots);
  std::uint64_t count_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace dobson::bench
