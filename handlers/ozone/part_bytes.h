#pragma once

// The bytes of a part of a multipart upload (spec/ozone-rest.md §4.8).

#include "core/async/task.h"
#include "http/route/exchange.h"

namespace dobson::ozone {

Task<void> put_part(void* context, http::Exchange* exchange);

}  // namespace dobson::ozone
