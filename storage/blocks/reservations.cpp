#include "storage/blocks/reservations.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"

namespace dobson::storage {

std::optional<std::uint64_t> Reservations::take(std::uint64_t bytes) {
  if (bytes > left()) return std::nullopt;
  const std::uint64_t begin = end_;
  end_ += bytes;
  const bool fresh = in_flight_.emplace(begin, end_).second;
  DOBSON_ASSERT(fresh);
  return begin;
}

std::optional<ByteRange> Reservations::trim(std::uint64_t begin, std::uint64_t used_end) {
  const auto found = in_flight_.find(begin);
  DOBSON_ASSERT(found != in_flight_.end() && begin <= used_end && used_end <= found->second);
  const ByteRange tail{used_end, std::exchange(found->second, used_end)};
  if (tail.begin == tail.end) return std::nullopt;
  if (tail.end != end_) return tail;
  end_ = tail.begin;
  return std::nullopt;
}

ByteRange Reservations::release(std::uint64_t begin) {
  const auto found = in_flight_.find(begin);
  DOBSON_ASSERT(found != in_flight_.end());
  const ByteRange range{found->first, found->second};
  in_flight_.erase(found);
  return range;
}

std::vector<ByteRange> Reservations::in_flight() const {
  std::vector<ByteRange> ranges;
  ranges.reserve(in_flight_.size());
  for (const auto& [begin, end] : in_flight_) ranges.push_back({begin, end});
  return ranges;
}

std::vector<ByteRange> subtract(ByteRange outer, const std::vector<ByteRange>& taken) {
  std::vector<ByteRange> kept;
  auto range = std::ranges::partition_point(
      taken, [&](const ByteRange& each) { return each.end <= outer.begin; });
  for (; range != taken.end() && range->begin < outer.end; ++range) {
    if (range->begin > outer.begin) kept.push_back({outer.begin, range->begin});
    outer.begin = std::max(outer.begin, range->end);
  }
  if (outer.begin < outer.end) kept.push_back(outer);
  return kept;
}

}  // namespace dobson::storage
