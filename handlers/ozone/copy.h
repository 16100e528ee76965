#pragma once

// A PUT that copies another key of the store instead of its body (spec/ozone-rest.md §4.9).

#include "handlers/ozone/receive.h"

namespace dobson::ozone {

bool is_copy(const http::Request& request);

Task<Checked<Stored>> copy(Context* context, http::Exchange* exchange);

}  // namespace dobson::ozone
