#pragma once

// What clients keep beside the bytes of a key, as headers `x-ozone-meta-<name>`
// (spec/ozone-rest.md §4.12). Names have no case; of a name that is repeated, the first counts.

#include <span>
#include <vector>

#include "handlers/ozone/errors.h"
#include "http/message/request.h"
#include "storage/model/namespace.h"

namespace dobson::ozone {

// Refuses more than limits::key_metadata_bytes, names and values together.
Checked<std::vector<storage::Metadata>> parse_metadata(const http::Request& request);

void put_metadata(http::Exchange& exchange, std::span<const storage::Metadata> metadata);

}  // namespace dobson::ozone
