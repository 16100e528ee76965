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

constexpr Param path{.name = "path",
                     .required = true,
                     .min = 1,
                     .doc =
                         "`/`, or `/volume`, `/volume/bucket` and what is in it; of an "
                         "OBJECT_STORE bucket the key as it is"};
constexpr Param place[] = {path};
constexpr Param usage[] = {
    path,
    {.name = "files", .doc = "`true`: keys right below as well"},
    {.name = "replica", .doc = "`true`: sizes of all copies, too"},
    {.name = "sortSubPaths",
     .doc = "`true`: the 30 largest; else the first 10,000, without it by size, the largest first, "
            "else by name, directories before keys"}};

constexpr Param file_count[] = {
    {.name = "volume", .doc = "Only its buckets"},
    {.name = "bucket", .doc = "Only buckets of this name"},
    {.name = "fileSize", .type = Type::integer, .doc = "Only this row; 0 and less: all"}};

}  // namespace dobson::recon::params
