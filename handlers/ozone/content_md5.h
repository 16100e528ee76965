#pragma once

// Digests as clients write them: `Content-MD5` of a key PUT (spec/ozone-rest.md §3.11), entity
// tags.

#include <optional>
#include <string_view>

#include "storage/model/namespace.h"

namespace dobson::ozone {

// From 32 hex digits.
std::optional<storage::Md5> parse_hex(std::string_view text);

// From base64 of the 16 bytes, from 32 hex digits, or from base64 of those digits; nothing when it
// is none of these.
std::optional<storage::Md5> parse_content_md5(std::string_view text);

}  // namespace dobson::ozone
