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

constexpr Param prev_key{.name = "prevKey",
                         .doc =
                             "Only rows behind this one: a lastKey, whether or not that row is "
                             "still there"};

constexpr Param list_keys[] = {
    {.name = "startPrefix",
     .required = true,
     .min = 1,
     .example = "/volume/bucket",
     .doc =
         "`/volume/bucket`, and behind it the beginning of a key of an OBJECT_STORE bucket, or a "
         "directory or file of a FILE_SYSTEM_OPTIMIZED one"},
    {.name = "replicationType", .doc = "`RATIS`; any other has no keys"},
    {.name = "creationDate",
     .doc = "`MM-dd-yyyy HH:mm:ss` of the server's time zone: only keys created since; no such "
            "time: none"},
    {.name = "keySize", .type = Type::integer, .doc = "Only keys of so many bytes and more"},
    prev_key,
    limit};

constexpr Param limit_or_all{.name = "limit",
                             .type = Type::integer,
                             .min = std::numeric_limits<std::int32_t>::min(),
                             .max = std::numeric_limits<std::int32_t>::max(),
                             .doc = "Most rows; 1000 without it, -1: all, none for 0 and less"};

constexpr Param open_keys[] = {
    limit_or_all,
    prev_key,
    {.name = "startPrefix",
     .example = "/volume/bucket",
     .doc = "`/volume/bucket` and more: the beginning of keys of OBJECT_STORE buckets; of another "
            "bucket itself, a directory or a file"},
    {.name = "includeFso", .doc = "`true`: those of FILE_SYSTEM_OPTIMIZED buckets"},
    {.name = "includeNonFso", .doc = "`true`: those of OBJECT_STORE buckets"}};

constexpr Param prev_id{.name = "prevKey",
                        .doc =
                            "Only rows behind this one: a lastKey, of which the id at its end "
                            "counts"};

constexpr Param deleted_keys[] = {
    limit_or_all,
    prev_id,
    {.name = "startPrefix",
     .example = "/volume/bucket",
     .doc = "`/volume/bucket` and more: what `/volume/bucket/key/id` begins with"}};

constexpr Param deleted_directories[] = {{.name = "limit",
                                          .type = Type::integer,
                                          .min = std::numeric_limits<std::int32_t>::min(),
                                          .max = std::numeric_limits<std::int32_t>::max(),
                                          .doc = "Most rows; 1000 without it, all for 0 and less"},
                                         prev_id};

constexpr Param container_id{.name = "id", .in = http::In::path, .example = "1", .doc = "A number"};
constexpr Param container[] = {container_id};
constexpr Param container_keys[] = {container_id, limit_or_all, prev_key};

constexpr Param prev_container{
    .name = "prevKey", .type = Type::integer, .doc = "Only containers with a greater id"};
constexpr Param limit_of_containers{.name = "limit",
                                    .type = Type::integer,
                                    .min = std::numeric_limits<std::int32_t>::min(),
                                    .max = std::numeric_limits<std::int32_t>::max(),
                                    .doc = "Most rows; 1000 without it; refused below 0"};
constexpr Param containers[] = {limit_of_containers, prev_container};
constexpr Param deleted_containers[] = {limit_of_containers, prev_container};
constexpr Param deleted_blocks[] = {
    {.name = "limit",
     .type = Type::integer,
     .min = std::numeric_limits<std::int32_t>::min(),
     .max = std::numeric_limits<std::int32_t>::max(),
     .doc = "It ends when one state has so many rows; 1000 without it; refused below 0"},
    {.name = "prevKey", .type = Type::integer, .doc = "Only rows with a greater txID"}};
constexpr Param missing_in{
    .name = "missingIn",
    .doc =
        "`OM`: those that no key speaks of; `SCM`, or without it: those that "
        "are gone"};
constexpr Param mismatch[] = {limit_of_containers, prev_container, missing_in};
constexpr Param deleted_mismatch[] = {{.name = "limit",
                                       .type = Type::integer,
                                       .min = std::numeric_limits<std::int32_t>::min(),
                                       .max = std::numeric_limits<std::int32_t>::max(),
                                       .doc = "Most rows; 1000 without it, all for 0 and less"},
                                      prev_container};

constexpr Param missing[] = {limit};
constexpr Param limit_or_counts{.name = "limit",
                                .type = Type::integer,
                                .min = std::numeric_limits<std::int32_t>::min(),
                                .max = std::numeric_limits<std::int32_t>::max(),
                                .doc =
                                    "Most rows, but for those of the last container; 1000 without "
                                    "it, none for 0 and less"};
constexpr Param min_container{
    .name = "minContainerId", .type = Type::integer, .doc = "Only containers with a greater id"};
constexpr Param max_container{.name = "maxContainerId",
                              .type = Type::integer,
                              .doc =
                                  "Above 0, in place of minContainerId: the last ones with a "
                                  "smaller id, 10,000 at most"};
constexpr Param batch_number{.name = "batchNum",
                             .type = Type::integer,
                             .min = std::numeric_limits<std::int32_t>::min(),
                             .max = std::numeric_limits<std::int32_t>::max(),
                             .doc = "Without the two: which page of so many rows, from 1"};
constexpr Param unhealthy[] = {limit_or_counts, min_container, max_container, batch_number};
constexpr Param unhealthy_of[] = {
    {.name = "state",
     .in = http::In::path,
     .example = "MISSING",
     .doc = "MISSING, UNDER_REPLICATED, OVER_REPLICATED, MIS_REPLICATED, REPLICA_MISMATCH, "
            "EMPTY_MISSING, NEGATIVE_SIZE or ALL_REPLICAS_BAD"},
    limit_or_counts,
    min_container,
    max_container,
    batch_number};
constexpr Param new_export[] = {
    {.name = "state",
     .required = true,
     .min = 1,
     .example = "MISSING",
     .doc = "MISSING, UNDER_REPLICATED, OVER_REPLICATED, MIS_REPLICATED, REPLICA_MISMATCH, "
            "EMPTY_MISSING, NEGATIVE_SIZE or ALL_REPLICAS_BAD"}};
constexpr Param export_job[] = {{.name = "jobId",
                                 .in = http::In::path,
                                 .example = "00000000-0000-0000-0000-000000000001",
                                 .doc = "Of the answer that began it"}};
constexpr Param quasi_closed[] = {limit_of_containers, min_container};

constexpr Param pending_deletion[] = {
    {.name = "component",
     .required = true,
     .min = 1,
     .example = "om",
     .doc = "`om`: keys and directories, `scm`: blocks, `dn`: nodes"},
    {.name = "limit",
     .type = Type::integer,
     .min = std::numeric_limits<std::int32_t>::min(),
     .max = std::numeric_limits<std::int32_t>::max(),
     .doc = "Of nodes; refused below 1"}};
constexpr Param container_count[] = {
    {.name = "containerSize", .type = Type::integer, .doc = "Only the row of this size; 0: all"}};
constexpr Param decommission[] = {
    {.name = "uuid", .example = "00000000-0000-0000-0000-000000000001", .doc = "Of the node"},
    {.name = "ipAddress", .doc = "Of the node, without a uuid"}};

constexpr Param file_count[] = {
    {.name = "volume", .doc = "Only its buckets"},
    {.name = "bucket", .doc = "Only buckets of this name"},
    {.name = "fileSize", .type = Type::integer, .doc = "Only this row; 0 and less: all"}};

constexpr Param prometheus[] = {{.name = "page",
                                 .in = http::In::path,
                                 .example = "query",
                                 .doc = "query, query_range and so on"}};

}  // namespace dobson::recon::params
