#include "core/log/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <iterator>

namespace dobson::log {

namespace {

std::atomic<Level> threshold{Level::info};
constexpr std::string_view level_names[] = {"error", "warn", "info", "debug"};

}  // namespace

void set_level(Level level) {
  threshold.store(level, std::memory_order_relaxed);
}

bool is_on(Level level) {
  return level <= threshold.load(std::memory_order_relaxed);
}

void write_line(Level level, std::string_view area, fmt::string_view format,
                fmt::format_args args) {
  using namespace std::chrono;
  const auto now = floor<milliseconds>(system_clock::now());
  fmt::memory_buffer line;
  fmt::format_to(std::back_inserter(line), "{:%FT%T}.{:03}Z {} {}: ", floor<seconds>(now),
                 now.time_since_epoch().count() % 1000,
                 level_names[static_cast<std::size_t>(level)], area);
  fmt::vformat_to(std::back_inserter(line), format, args);
  line.push_back('\n');
  // Nothing can be done about a log that cannot be written.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace dobson::log
