#pragma once

// Conditional requests for keys (spec/ozone-rest.md §4.5). Entity tags are strong; of a header that
// is repeated, the first counts.

#include <cstdint>
#include <string>

#include "handlers/ozone/errors.h"
#include "http/message/request.h"
#include "storage/command/command.h"
#include "storage/model/namespace.h"

namespace dobson::ozone {

// With its quotes.
std::string to_wire(const storage::EntityTag& tag);

// Of a GET or HEAD of `key`.
enum class Verdict : std::uint8_t { serve, not_modified, refuse };
Verdict reading(const http::Request& request, const storage::KeyRecord& key);

// What a PUT or DELETE demands of the key; `If-None-Match` is for PUT.
Checked<storage::KeyCondition> write_condition(const http::Request& request);
// What a copy demands of its source (§4.9).
Checked<storage::KeyCondition> source_condition(const http::Request& request);

}  // namespace dobson::ozone
