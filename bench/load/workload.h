#pragma once

// What the generator asks for, by name, and what it takes for an answer. A new workload is a line
// of the table in workload.cpp.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bench/load/reply_reader.h"

namespace dobson::bench {

// What requests are drawn from.
struct Source {
  std::uint64_t keys = 1'000'000;  // that the bucket /bench/keys holds, more than a page
  std::string path;                // of the workload `path`
  std::uint64_t next = 0;          // index of the next key to load
  std::uint64_t random = 0;        // state of next_random
};

struct Workload {
  std::string_view name;
  std::string_view doc;
  std::string_view method;
  int status;
  void (*append_path)(std::string& out, Source& source);
  std::uint64_t request_bytes = 0;
  // Whether the body that came is the one that was meant.
  bool (*is_whole)(const Reply& reply, const Source& source);
  bool plain = false;  // without the headers that spec/ozone-rest.md §2.2 requires
};

std::span<const Workload> workloads();

}  // namespace dobson::bench
