#pragma once

// The JSON bodies of the insight API, spec/recon.md, as values. Unknown fields are ignored; a body
// that lacks what its page promises is a Failure. Times are milliseconds since 1970.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/failure.h"

namespace dobson::ctl {

// What the pages of a path say of it; the rest of their bodies means something if it is `ok`.
enum class PathStatus : std::uint8_t { ok, not_found, not_applicable, initializing };

struct PathSizes {  // §4.13
  struct Child {
    std::string path;
    std::int64_t bytes;
    std::int64_t copied_bytes;
    bool is_key;
  };
  PathStatus status = PathStatus::ok;
  std::int64_t bytes = 0;
  std::int64_t copied_bytes = 0;
  std::int64_t child_count = 0;  // of all, not only of those here
  std::vector<Child> children;
};

struct PathSummary {  // §4.12
  PathStatus status = PathStatus::ok;
  std::string type;
  std::int64_t volumes = 0;  // -1: there can be none; so with the others
  std::int64_t buckets = 0;
  std::int64_t directories = 0;
  std::int64_t keys = 0;
  // What it is itself, as far as its type has it.
  std::string owner;
  std::string layout;
  std::int64_t bytes = 0;
  std::int64_t created = 0;
  std::int64_t modified = 0;
};

struct PathQuota {  // §4.14
  PathStatus status = PathStatus::ok;
  std::int64_t allowed = 0;  // negative: everything
  std::int64_t used = 0;
};

struct PathDistribution {  // §4.15
  PathStatus status = PathStatus::ok;
  std::vector<std::int64_t> keys;  // by size: up to 1 KiB, twice that and so on; the last: larger
};

struct UnhealthyPage {  // §4.5
  struct Row {
    std::int64_t container;
    std::string state;
    std::int64_t since;
    std::int64_t expected;
    std::int64_t actual;
    std::int64_t keys;
    std::vector<std::string> hosts;
  };
  std::int64_t missing = 0;
  std::int64_t under_replicated = 0;
  std::int64_t over_replicated = 0;
  std::int64_t mis_replicated = 0;
  std::int64_t mismatched = 0;  // copies that differ
  std::int64_t last = 0;
  std::vector<Row> rows;
};

struct ContainerPage {  // §4.1
  struct Row {
    std::int64_t container;
    std::int64_t keys;
  };
  std::int64_t last = 0;
  std::vector<Row> rows;
};

struct NodeRow {  // §4.19
  std::string host;
  std::string state;
  std::string operation;
  std::int64_t heartbeat;
  std::int64_t capacity;
  std::int64_t used;
  std::int64_t remaining;
  std::int64_t containers;
};

struct TaskRow {  // §4.22
  std::string name;
  std::int64_t updated;
  std::int64_t position;
  bool failed;
  bool runs;
};

Try<PathSizes> parse_path_sizes(std::string_view body);
Try<PathSummary> parse_path_summary(std::string_view body);
Try<PathQuota> parse_path_quota(std::string_view body);
Try<PathDistribution> parse_path_distribution(std::string_view body);
Try<UnhealthyPage> parse_unhealthy(std::string_view body);
Try<ContainerPage> parse_containers(std::string_view body);
Try<std::vector<NodeRow>> parse_nodes(std::string_view body);
Try<std::vector<TaskRow>> parse_tasks(std::string_view body);

}  // namespace dobson::ctl
