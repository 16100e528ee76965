#pragma once

// The children of a place in an account of sizes, of which only the first in order are kept: by
// size, the largest first, or directories before keys; in order of adding where these are equal
// (spec/recon.md §4.13).

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace dobson::recon {

struct SubPath {
  std::string name;
  bool key = false;
  std::uint64_t bytes = 0;
  std::uint64_t replicated_bytes = 0;
  std::uint64_t place = 0;  // among all that were added
};

class SubPaths {
 public:
  enum class Order : std::uint8_t { by_size, keys_last };

  SubPaths(Order order, std::size_t most) : order_(order), most_(most) {}

  void add(std::string_view name, bool key, std::uint64_t bytes, std::uint64_t replicated_bytes) {
    SubPath added{{}, key, bytes, replicated_bytes, count_++};
    const auto before = [this](const SubPath& a, const SubPath& b) { return rank(a) < rank(b); };
    if (kept_.size() == most_) {
      if (!before(added, kept_.front())) return;
      std::ranges::pop_heap(kept_, before);
      kept_.pop_back();
    }
    added.name = name;
    kept_.push_back(std::move(added));
    std::ranges::push_heap(kept_, before);
  }

  // Of all that were added.
  std::uint64_t count() const { return count_; }

  // In order; nothing may be added any more.
  const std::vector<SubPath>& sorted() {
    std::ranges::sort(kept_, {}, [this](const SubPath& each) { return rank(each); });
    return kept_;
  }

 private:
  std::tuple<std::uint64_t, bool, std::uint64_t> rank(const SubPath& each) const {
    return {order_ == Order::by_size ? ~each.bytes : 0, each.key, each.place};
  }

  Order order_;
  std::size_t most_;
  std::uint64_t count_ = 0;
  std::vector<SubPath> kept_;  // a heap: its front is the last in order
};

}  // namespace dobson::recon
