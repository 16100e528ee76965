#include "core/base/zipf.h"

#include <algorithm>
#include <cmath>

#include "core/base/splitmix.h"

namespace dobson {

// Rank 1 has the area left of 1.5 for itself, which is as large as its weight.
Zipf::Zipf(std::uint64_t n, double s)
    : n_(n), s_(s), begin_(area(1.5) - 1), end_(area(static_cast<double>(n) + 0.5)) {}

double Zipf::area(double x) const {
  return std::pow(x, 1 - s_) / (1 - s_);
}

double Zipf::at_area(double area) const {
  return std::pow(area * (1 - s_), 1 / (1 - s_));
}

std::uint64_t Zipf::draw(std::uint64_t& random) const {
  constexpr double unit = 0x1p-53;
  while (true) {
    const double part = static_cast<double>(next_random(random) >> 11) * unit;
    const double drawn = end_ + part * (begin_ - end_);
    const double x = at_area(drawn);
    const double rank = std::clamp(std::round(x), 1.0, static_cast<double>(n_));
    // The area of a rank is larger than its weight: what is beyond the weight is drawn again.
    if (drawn >= area(rank + 0.5) - std::pow(rank, -s_))
      return static_cast<std::uint64_t>(rank) - 1;
  }
}

}  // namespace dobson
