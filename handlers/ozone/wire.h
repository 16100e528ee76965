#pragma once

// JSON of this family, apart from the records on disk: fields in the order of the page and no
// others (spec/ozone-rest.md §2.7, §3, §4.2).

#include <string>
#include <string_view>

#include "http/json/writer.h"
#include "storage/model/namespace.h"
#include "storage/query/namespace.h"

namespace dobson::ozone {

void write_volume(http::JsonWriter& json, std::string_view name,
                  const storage::VolumeRecord& volume);

// Info (§3.9) and the listing's object, which has the totals (§3.10).
void write_bucket(http::JsonWriter& json, std::string_view volume, std::string_view name,
                  const storage::BucketRecord& bucket);
void write_bucket_row(http::JsonWriter& json, std::string_view volume, std::string_view name,
                      const storage::BucketRecord& bucket);

// `type` is left away when the setting says so (Decision 9).
void write_key(http::JsonWriter& json, const storage::KeyRow& key, bool type_field);
void write_key_detail(http::JsonWriter& json, std::string_view name, const storage::KeyRecord& key,
                      bool type_field);

// The bytes of write_key, appended by hand: the row of the hottest listing.
void append_key(std::string& out, const storage::KeyRow& key, bool type_field);

// 32 lower-case hex digits.
std::string to_hex(const storage::Md5& md5);

// The row of a record that was looked up by name.
storage::KeyRow row_of(std::string_view name, const storage::KeyRecord& key);

}  // namespace dobson::ozone
