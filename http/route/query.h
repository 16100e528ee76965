#pragma once

// The query of a request, decoded once, and the check of a route's declared parameters.

#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "http/route/route.h"

namespace dobson::http {

class Query {
 public:
  // Views into `raw` or into the arena.
  explicit Query(std::pmr::memory_resource& arena) : arena_(&arena), pairs_(&arena) {}

  // False: bad percent-encoding, not UTF-8, or more than limits::query_parameters.
  bool parse(std::string_view raw);
  // First value of that name, or null.
  const std::string_view* find(std::string_view name) const;

 private:
  struct Pair {
    std::string_view name;
    std::string_view value;
  };

  std::pmr::memory_resource* arena_;
  std::pmr::vector<Pair> pairs_;
};

// The first declared parameter that does not hold; nothing when all do.
std::optional<Refusal> check_params(const Route& route, const Request& request, const Query& query,
                                    std::span<const PathArg> path_args);

}  // namespace dobson::http
