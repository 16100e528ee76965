#pragma once

// Ranks by Zipf's law: rank k of 1 … n is drawn as often as k^-s, in constant time and memory
// (rejection-inversion: W. Hörmann, G. Derflinger, 1996).

#include <cstdint>

namespace dobson {

class Zipf {
 public:
  // s > 0, s ≠ 1; n ≥ 1.
  Zipf(std::uint64_t n, double s);

  // Of 0 … n - 1, the most frequent first. `random`: state of next_random.
  std::uint64_t draw(std::uint64_t& random) const;

 private:
  // The integral of x^-s, and its inverse.
  double area(double x) const;
  double at_area(double area) const;

  std::uint64_t n_;
  double s_;
  double begin_;
  double end_;
};

}  // namespace dobson
