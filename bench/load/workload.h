#pragma once

// What the generator asks for, by name, and what it takes for an answer. Each operation is a
// workload of its own name; a mix is a line of the second table in workload.cpp.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/reply_reader.h"
#include "core/base/zipf.h"
#include "tools/dobsonctl/generated.h"

namespace dobson::bench {

// What requests are drawn from.
struct Source {
  std::uint64_t keys = 1'000'000;  // more than a page
  // Of what `dobsonctl generate` has made, with `keys` keys and all else as it comes; without it
  // the keys are those that `load` has put into /bench/keys.
  std::optional<ctl::Generated> generated = {};
  std::string path;               // of the operation `path`
  std::uint64_t next = 0;         // index of the next key to load or to delete
  std::uint64_t random = 0;       // state of next_random
  std::optional<Zipf> zipf = {};  // of the keys; made when first drawn from
};

struct Operation {
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

struct Share {
  const Operation* operation;
  unsigned weight;
};

struct Workload {
  std::string_view name;
  std::string_view doc;
  std::vector<Share> shares;
};

const std::vector<Workload>& workloads();

}  // namespace dobson::bench
