#pragma once

// Standard output and standard error. Unlike fmt::print these do not throw when the disk is full or
// the reader gone: main asks the stream once, at the end.

#include <fmt/core.h>

#include <cstdio>
#include <string>
#include <utility>

namespace dobson::ctl {

template <class... Values>
void print(std::FILE* to, fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  std::fwrite(text.data(), 1, text.size(), to);
}

}  // namespace dobson::ctl
