#pragma once

// The server's log: one line an event, to standard error, written whole. Any thread.
//   2026-11-21T12:00:00.123Z warn store: less than 1 GiB is free, writes are refused

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

namespace dobson::log {

enum class Level : std::uint8_t { error, warn, info, debug };

void set_level(Level level);
bool is_on(Level level);
void write_line(Level level, std::string_view area, fmt::string_view format, fmt::format_args args);

template <class... Args>
void write(Level level, std::string_view area, fmt::format_string<Args...> format,
           const Args&... args) {
  if (is_on(level)) write_line(level, area, format, fmt::make_format_args(args...));
}

template <class... Args>
void error(std::string_view area, fmt::format_string<Args...> format, const Args&... args) {
  write<Args...>(Level::error, area, format, args...);
}

template <class... Args>
void warn(std::string_view area, fmt::format_string<Args...> format, const Args&... args) {
  write<Args...>(Level::warn, area, format, args...);
}

template <class... Args>
void info(std::string_view area, fmt::format_string<Args...> format, const Args&... args) {
  write<Args...>(Level::info, area, format, args...);
}

}  // namespace dobson::log
