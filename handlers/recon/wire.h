#pragma once

// JSON of this family, apart from the records on disk: fields in the order of the page
// (spec/recon.md §3, §4.12, §4.17, §4.18).

#include <string_view>

#include "http/json/writer.h"
#include "storage/model/namespace.h"

namespace dobson::recon {

// Rows of listings, and what `objectInfo` of a summary is.
void write_volume(http::JsonWriter& json, std::string_view name,
                  const storage::VolumeRecord& volume);

void write_bucket(http::JsonWriter& json, std::string_view volume, std::string_view name,
                  const storage::BucketRecord& bucket);

}  // namespace dobson::recon
