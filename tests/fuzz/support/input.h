#pragma once

// The bytes of one fuzz input, taken from the front. What is missing reads as zero or empty.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string_view>
#include <vector>

namespace dobson::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  template <class Integer>
  Integer number() {
    Integer value = 0;
    const auto bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  // A length of one byte, and as many bytes.
  std::string_view text() { return take(number<std::uint8_t>()); }

  // Without its end.
  std::string_view line() {
    const auto line = take(std::min(left_.find('\n'), left_.size()));
    take(1);
    return line;
  }

  std::string_view rest() { return take(left_.size()); }
  bool empty() const { return left_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    const auto taken = left_.substr(0, size);
    left_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view left_;
};

// `text` in a few pieces, which follow from its bytes alone. Each stands in memory of its own size,
// so that a read beyond its end is seen.
inline std::vector<std::vector<char>> pieces_of(std::string_view text) {
  std::minstd_rand random(static_cast<unsigned>(std::hash<std::string_view>()(text)));
  const std::size_t longest = 1 + random() % (text.size() + 1);
  std::vector<std::vector<char>> pieces;
  while (!text.empty()) {
    const bool enough = pieces.size() == 15;
    const auto size = enough ? text.size() : std::min(1 + random() % longest, text.size());
    pieces.emplace_back(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    text.remove_prefix(size);
  }
  return pieces;
}

}  // namespace dobson::fuzz
