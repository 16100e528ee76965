#pragma once

// What one measured run yields, and how it is told: one line of JSON, numbers in nanoseconds.

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "bench/load/histogram.h"

namespace dobson::bench {

struct Measurement {
  std::uint64_t done = 0;     // requests answered, or steps of a loop
  std::uint64_t refused = 0;  // of them: with 503, where that is permitted
  std::uint64_t unsent = 0;   // due, but every connection was taken until the end
  std::uint64_t bytes = 0;    // of bodies, either way
  std::uint64_t errors = 0;   // answers that were not the expected one
  std::string first_error;
  std::int64_t elapsed_ns = 0;
  std::int64_t cpu_ns = 0;  // of the process that was measured
  Histogram latencies_ns;   // without refusals
};

// With the latencies as a list of [last value, count].
std::string to_json(const Measurement& measurement);

// Monotonic.
std::int64_t now_ns();

// CPU time of all threads of a process so far, from /proc/PID/task/*/schedstat; no process: 0. The
// kernel brings the figure of a running thread up to date every few milliseconds.
std::int64_t cpu_ns_of(pid_t process);

}  // namespace dobson::bench
