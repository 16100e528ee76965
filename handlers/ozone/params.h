#pragma once

// Parameters of the route table, by operation (spec/ozone-rest.md §2, §3, §4). Those that name an
// error are checked by this family, in the order of §2.10.

#include "core/base/limits.h"
#include "http/route/route.h"

namespace dobson::ozone::params {

using http::In;
using http::Param;
using http::Type;

// --- Of every request ---

constexpr std::string_view versions[] = {"v1"};
constexpr Param user{.name = "x-ozone-user",
                     .in = In::header,
                     .max = limits::user_bytes,
                     .doc =
                         "The user meant: the owner of a volume; whom an administrator acts for. "
                         "Without case.",
                     .wrong = "badAuthorization"};
constexpr Param every[] = {
    {.name = "volume",
     .in = In::path,
     .min = limits::name_bytes_min,
     .max = limits::name_bytes_max,
     .doc = "a-z, 0-9, dots and dashes",
     .wrong = "invalidVolumeName"},
    {.name = "bucket",
     .in = In::path,
     .min = limits::name_bytes_min,
     .max = limits::name_bytes_max,
     .doc = "a-z, 0-9, dots and dashes",
     .wrong = "invalidBucketName"},
    {.name = "key",
     .in = In::path,
     .min = 1,
     .max = limits::key_name_bytes,
     .doc = "UTF-8 without NUL; slashes stand as they are",
     .wrong = "invalidKey"},
    {.name = "x-ozone-version",
     .in = In::header,
     .type = Type::choice,
     .required = true,
     .choices = versions,
     .doc = "Without case",
     .wrong = "unsupportedVersion",
     .missing = "missingVersion"},
    {.name = "Date",
     .in = In::header,
     .required = true,
     .min = 1,
     .example = "Mon, 26 Jun 2017 04:23:30 GMT",
     .doc = "Read, compared with nothing",
     .wrong = "badDate",
     .missing = "missingDate"},
    {.name = "Authorization",
     .in = In::header,
     .required = true,
     .min = 1,
     .example = "OZONE root",
     .doc = "`OZONE`, or `OZONE` and the name of who calls; it is believed",
     .wrong = "badAuthorization",
     .missing = "badAuthorization"},
    user,
};

// --- Listings ---

constexpr std::string_view service[] = {"service"};
constexpr std::string_view bucket[] = {"bucket"};
constexpr std::string_view key[] = {"key"};

constexpr Param info(std::span<const std::string_view> choices) {
  return {.name = "info", .type = Type::choice, .choices = choices, .doc = "What is asked for"};
}
constexpr Param prefix{.name = "prefix", .doc = "Only names that begin with these bytes"};
constexpr Param prev_key{.name = "prev-key", .doc = "Only names greater than this one"};
constexpr Param page_size{.name = "max-keys",
                          .type = Type::integer,
                          .min = 1,
                          .max = limits::page_rows,
                          .doc = "Most rows of the page"};
constexpr Param stream_size{
    .name = "max-keys", .type = Type::integer, .min = 1, .doc = "Most rows of the stream"};
constexpr Param accept{
    .name = "Accept", .in = In::header, .doc = "With `application/json` the answer is labelled so"};
constexpr Param root_scan{.name = "root-scan",
                          .doc = "`true`: the volumes of everybody; for administrators"};

constexpr Param list_volumes[] = {prefix, page_size, prev_key, info(service), root_scan, accept};
constexpr Param head_service[] = {root_scan};
constexpr Param list_buckets[] = {prefix, page_size, prev_key, info(bucket), accept};
constexpr Param directories{.name = "directories",
                            .type = Type::flag,
                            .doc = "`true`: directories as well, as names that end in a slash"};
constexpr Param list_keys[] = {
    prefix,
    page_size,
    prev_key,
    info(key),
    {.name = "delimiter", .doc = "Names that have it behind the prefix are rolled up"},
    directories};
constexpr Param stream_keys[] = {prefix,
                                 stream_size,
                                 prev_key,
                                 {.name = "stream", .doc = "Its value does not matter"},
                                 directories};
constexpr Param uploads{.name = "uploads", .doc = "Its value does not matter"};
constexpr Param list_uploads[] = {uploads, prefix, page_size, prev_key};

// --- Volumes ---

constexpr Param quota{.name = "quota",
                      .min = 1,
                      .example = "10GB",
                      .doc = "Digits and BYTES, MB, GB or TB; `remove` in an update",
                      .wrong = "malformedQuota"};
constexpr Param owner{.name = user.name,
                      .in = user.in,
                      .required = true,
                      .max = user.max,
                      .doc = "The owner. Without case.",
                      .wrong = user.wrong,
                      .missing = "userNotFound"};

constexpr Param create_volume[] = {quota, owner};
constexpr Param update_volume[] = {quota};
constexpr Param info_volume[] = {{.name = "prefix", .max = 0, .doc = "Empty, if it is sent"},
                                 accept};

// --- Buckets ---

constexpr std::string_view storage_types[] = {"DISK", "SSD", "RAM_DISK", "ARCHIVE", "DEFAULT"};
constexpr std::string_view versionings[] = {"ENABLED", "DISABLED", "NOT_DEFINED"};
constexpr std::string_view layouts[] = {"OBJECT_STORE", "FILE_SYSTEM_OPTIMIZED"};
constexpr std::string_view replications[] = {"RATIS/ONE"};

constexpr Param bucket_settings[] = {
    {.name = "x-ozone-acls",
     .in = In::header,
     .example = "ADD user:frodo:rw",
     .doc = "`ADD` or `REMOVE`, then type, name and rights; several with commas, or in several "
            "headers. Also x-ozone-acl. REMOVE only in an update.",
     .wrong = "malformedACL"},
    {.name = "x-ozone-storage-type",
     .in = In::header,
     .type = Type::choice,
     .choices = storage_types,
     .doc = "Without case. Also x-ozone-storage-class.",
     .wrong = "malformedStorageType"},
    {.name = "x-ozone-bucket-versioning",
     .in = In::header,
     .type = Type::choice,
     .choices = versionings,
     .doc = "Without case",
     .wrong = "malformedBucketVersion"},
    {.name = "x-ozone-bucket-layout",
     .in = In::header,
     .type = Type::choice,
     .choices = layouts,
     .doc = "For good. Without case",
     .wrong = "invalidRequest"},
    {.name = "x-ozone-replication",
     .in = In::header,
     .type = Type::choice,
     .choices = replications,
     .doc = "For good; no more copies than there are storage nodes. Without case",
     .wrong = "invalidRequest"},
};

constexpr Param delete_keys[] = {{.name = "delete", .doc = "Its value does not matter"}};

// --- Keys ---

constexpr Param write_if_match{.name = "If-Match",
                               .in = In::header,
                               .min = 1,
                               .doc = "Only the version with this entity tag; `*`: any",
                               .wrong = "invalidRequest"};

constexpr Param content_md5{.name = "Content-MD5",
                            .in = In::header,
                            .min = 1,
                            .example = "XUFAKrxLKna5cZ2REBfFkg==",
                            .doc = "Of the body, in base64 or hex digits",
                            .wrong = "badDigest"};

constexpr Param metadata{
    .name = "x-ozone-meta-*", .in = In::header, .doc = "Kept with the key; 8 KiB in all"};

constexpr Param put_key[] = {
    content_md5,
    metadata,
    {.name = "x-ozone-copy-source",
     .in = In::header,
     .min = 1,
     .example = "/shire/maps/there",
     .doc = "`/volume/bucket/key`, percent-encoded: what is copied, instead of a body",
     .wrong = "invalidRequest"},
    {.name = "x-ozone-copy-source-if-match",
     .in = In::header,
     .doc = "Copies only what has one of these entity tags; `*`: any"},
    {.name = "x-ozone-copy-source-if-none-match",
     .in = In::header,
     .doc = "Copies only what has none of these entity tags"},
    write_if_match,
    {.name = "If-None-Match",
     .in = In::header,
     .min = 1,
     .example = "*",
     .doc = "`*`: only if there is no such key; not together with If-Match",
     .wrong = "invalidRequest"},
};
constexpr Param get_key[] = {
    info(key),
    {.name = "If-Match", .in = In::header, .doc = "Entity tags or `*`; else 412"},
    {.name = "If-None-Match", .in = In::header, .doc = "Entity tags or `*`; 304 if one is right"},
    {.name = "If-Modified-Since", .in = In::header, .doc = "A date; 304 if it is unchanged"},
    {.name = "If-Unmodified-Since", .in = In::header, .doc = "A date; 412 if it has changed"},
    {.name = "Range", .in = In::header, .doc = "One range of bytes; what is none is ignored"},
    {.name = "If-Range", .in = In::header, .doc = "An entity tag or a date; else all is sent"},
};
constexpr Param info_key[] = {accept};
constexpr Param rename_key[] = {{.name = "toKey",
                                 .required = true,
                                 .min = 1,
                                 .max = limits::key_name_bytes,
                                 .doc = "The new name, in the same bucket",
                                 .wrong = "invalidKey"}};
constexpr Param delete_key[] = {write_if_match,
                                {.name = "recursive",
                                 .type = Type::flag,
                                 .doc = "`true`: a directory goes with all that it holds"}};

// --- Multipart uploads ---

constexpr Param upload_id{.name = "uploadId", .doc = "Of the upload, as its start answered it"};
constexpr Param upload[] = {upload_id};
constexpr Param start_upload[] = {uploads, metadata};
constexpr Param put_part[] = {
    upload_id,
    {.name = "partNumber",
     .type = Type::integer,
     .required = true,
     .min = 1,
     .max = limits::part_number_max,
     .doc = "The place of the part in the key; put again, it is replaced"},
    content_md5};
constexpr Param list_parts[] = {upload_id,
                                {.name = "max-parts",
                                 .type = Type::integer,
                                 .min = 1,
                                 .max = limits::page_parts,
                                 .doc = "Most rows of the page"},
                                {.name = "part-number-marker",
                                 .type = Type::integer,
                                 .min = 0,
                                 .max = limits::part_number_max,
                                 .doc = "Only parts with a greater number"}};

}  // namespace dobson::ozone::params
