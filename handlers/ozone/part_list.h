#pragma once

// The body that completes a multipart upload (spec/ozone-rest.md §4.8):
// {"parts":[{"partNumber":1,"etag":"…"}, …]}. Other fields are ignored, so that the rows of the
// list of parts can be sent back as they are.

#include <string>
#include <vector>

#include "handlers/ozone/errors.h"
#include "storage/command/command.h"

namespace dobson::ozone {

// In the order of the body. The quotes of an etag are optional.
Checked<std::vector<storage::PartChoice>> parse_part_list(const std::string& text);

}  // namespace dobson::ozone
