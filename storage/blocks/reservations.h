#pragma once

// Which bytes of an OPEN container are spoken for: a bump allocator that remembers what is in
// flight. A range is in flight from its reservation until a committed row covers it or it is
// garbage; until then nobody may give its space back. Not thread-safe.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace dobson::storage {

struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const ByteRange&) const = default;
};

class Reservations {
 public:
  // Appends go to [end, limit).
  Reservations(std::uint64_t end, std::uint64_t limit) : end_(end), limit_(limit) {}

  // The begin of `bytes` fresh bytes, unless that is more than is left.
  std::optional<std::uint64_t> take(std::uint64_t bytes);

  // Shortens the range at `begin` to end at `used_end`; nothing was written from there on. If it
  // was the last one its tail is taken again, else the tail is garbage and returned.
  std::optional<ByteRange> trim(std::uint64_t begin, std::uint64_t used_end);

  // The range is no longer in flight. Its bytes.
  ByteRange release(std::uint64_t begin);

  std::uint64_t end() const { return end_; }
  std::uint64_t left() const { return limit_ - end_; }
  bool idle() const { return in_flight_.empty(); }

  // By begin.
  std::vector<ByteRange> in_flight() const;

 private:
  std::uint64_t end_;
  std::uint64_t limit_;
  std::map<std::uint64_t, std::uint64_t> in_flight_;  // begin → end
};

// What `outer` keeps when `taken`, ordered by begin and without overlap, is cut out of it.
std::vector<ByteRange> subtract(ByteRange outer, const std::vector<ByteRange>& taken);

}  // namespace dobson::storage
