#pragma once

// What each route has answered. Every reactor counts in its own block, so counting shares no cache
// line; readers of metrics add the blocks up.

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace dobson::http {

struct RouteCounters {
  std::array<std::uint64_t, 6> answers{};  // by status / 100
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::uint64_t in_flight = 0;  // begun and waiting for something

  RouteCounters& operator+=(const RouteCounters& other) {
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] += other.answers[i];
    request_bytes += other.request_bytes;
    response_bytes += other.response_bytes;
    in_flight += other.in_flight;
    return *this;
  }
};

// Of one reactor, which alone adds; any thread reads.
class alignas(64) CounterBlock {
 public:
  explicit CounterBlock(std::size_t routes) : routes_(routes) {}

  void count(std::size_t route, int status, std::uint64_t request_bytes,
             std::uint64_t response_bytes) {
    Cells& cells = routes_[route];
    add(cells.answers[static_cast<std::size_t>(status) / 100], 1);
    add(cells.request_bytes, request_bytes);
    add(cells.response_bytes, response_bytes);
  }

  void begin_wait(std::size_t route) { add(routes_[route].in_flight, 1); }
  void end_wait(std::size_t route) { add(routes_[route].in_flight, ~std::uint64_t{0}); }

  RouteCounters read(std::size_t route) const {
    const Cells& cells = routes_[route];
    RouteCounters counters;
    for (std::size_t i = 0; i < counters.answers.size(); ++i) {
      counters.answers[i] = cells.answers[i].load(std::memory_order_relaxed);
    }
    counters.request_bytes = cells.request_bytes.load(std::memory_order_relaxed);
    counters.response_bytes = cells.response_bytes.load(std::memory_order_relaxed);
    counters.in_flight = cells.in_flight.load(std::memory_order_relaxed);
    return counters;
  }

 private:
  using Cell = std::atomic<std::uint64_t>;
  struct Cells {
    std::array<Cell, 6> answers{};
    Cell request_bytes{0};
    Cell response_bytes{0};
    Cell in_flight{0};
  };

  // One writer: no locked instruction is needed.
  static void add(Cell& cell, std::uint64_t value) {
    cell.store(cell.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }

  std::vector<Cells> routes_;
};

}  // namespace dobson::http
