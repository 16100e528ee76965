#pragma once

// Names of volumes, buckets and keys (spec/ozone-rest.md §2.3).

#include <optional>
#include <string>
#include <string_view>

#include "handlers/ozone/errors.h"

namespace dobson::ozone {

// What is wrong with the name of a volume or bucket, as wire text; nothing when it is right. Bytes
// that are not UTF-8 count as U+FFFD.
std::optional<std::string> check_resource_name(std::string_view name);
Checked<void> check_volume_name(std::string_view name);
Checked<void> check_bucket_name(std::string_view name);

// Keys: 1 to 1024 bytes of UTF-8 without NUL.
bool is_key_name(std::string_view name);

}  // namespace dobson::ozone
