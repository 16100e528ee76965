#pragma once

// JSON of this family, apart from the records on disk: fields in the order of the page
// (spec/recon.md §3, §4.12, §4.17, §4.18).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "handlers/recon/place.h"
#include "http/json/writer.h"
#include "storage/model/namespace.h"
#include "storage/model/rows.h"

namespace dobson::recon {

// The last component of a name; slashes at its end do not count.
std::string_view file_name(std::string_view name);

inline constexpr std::int64_t no_quota = -1;
std::int64_t quota_of(const std::optional<std::uint64_t>& quota);

std::string_view to_wire(storage::ContainerState state);
std::string_view factor_of(storage::Replication replication);

void write_replication(http::JsonWriter& json, storage::Replication replication);

// Where the bytes of a key are; one version is kept.
void write_location_version(http::JsonWriter& json, std::span<const storage::BlockRef> blocks,
                            std::uint64_t version = 0, bool multipart = false);

// `objectInfo` of a summary; the first two are rows of listings, too.
void write_volume(http::JsonWriter& json, std::string_view name,
                  const storage::VolumeRecord& volume);
void write_bucket(http::JsonWriter& json, std::string_view volume, std::string_view name,
                  const storage::BucketRecord& bucket);

void write_root(http::JsonWriter& json);
void write_directory(http::JsonWriter& json, std::string_view name,
                     const storage::DirectoryRecord& directory);
void write_key(http::JsonWriter& json, const Place& place, const Key& key);

}  // namespace dobson::recon
