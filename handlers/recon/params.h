#pragma once

// Parameters of the route table, by operation (spec/recon.md §4). Flags are `true` in any case;
// all else is false (§2), so they are declared as texts.

#include <cstdint>
#include <limits>

#include "core/base/limits.h"
#include "http/route/route.h"

namespace dobson::recon::params {

using http::Param;
using http::Type;

constexpr Param limit{.name = "limit",
                      .type = Type::integer,
                      .min = std::numeric_limits<std::int32_t>::min(),
                      .max = std::numeric_limits<std::int32_t>::max(),
                      .doc = "Most rows; 1000 without it, none for 0 and less"};

constexpr Param list_volumes[] = {
    limit, {.name = "prevKey", .doc = "Only volumes whose names are greater"}};
constexpr Param list_buckets[] = {
    {.name = "volume", .doc = "Only its buckets"},
    limit,
    {.name = "prevKey",
     .doc = "Only buckets behind this one: a name, or, without `volume`, `volume/bucket`"}};

}  // namespace dobson::recon::params
