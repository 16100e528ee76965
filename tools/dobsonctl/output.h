#pragma once

// Standard output and standard error. Unlike fmt::print these do not throw when the disk is full or
// the reader gone: main asks the stream once, at the end.

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

template <class... Values>
void print(std::FILE* to, fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  std::fwrite(text.data(), 1, text.size(), to);
}

// A name for standard output: a terminal must not obey control characters of a name, a pipe gets it
// as it is.
inline std::string shown(const std::string& name) {
  static const bool terminal = isatty(STDOUT_FILENO) == 1;
  return terminal ? printable(name) : name;
}

// A line of a description: what it is, and its value.
void print_field(std::string_view name, const auto& value) {
  print(stdout, "{:<12} {}\n", name, value);
}

inline void print_size(std::uint64_t bytes) {
  print_field("size",
              fmt::format("{} ({})", grouped(bytes), human_size(static_cast<double>(bytes))));
}

}  // namespace dobson::ctl
