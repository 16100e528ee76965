#pragma once

// Bucket ACLs, where the setting enforces them: for callers who neither are administrators nor own
// the volume (spec/ozone-rest.md §2.4).

#include <cstdint>
#include <string_view>

#include "handlers/ozone/context.h"
#include "handlers/ozone/errors.h"

namespace dobson::ozone {

enum class Need : std::uint8_t {
  read,    // an entry that lets the caller read the bucket
  write,   // the same to write
  change,  // of the bucket itself: no entry grants it
  create,  // of a bucket, likewise
};

// Refuses with 403, or with `stem` when the volume or the bucket is missing. Where ACLs are not
// enforced it looks nothing up. Of the bucket that the call names, or another one.
Checked<void> check_access(Context& context, http::Exchange& exchange, Need need,
                           std::string_view stem);
Checked<void> check_access(Context& context, http::Exchange& exchange, std::string_view volume,
                           std::string_view bucket, Need need, std::string_view stem);

}  // namespace dobson::ozone
