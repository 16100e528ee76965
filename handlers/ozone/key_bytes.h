#pragma once

// Keys with their bytes: PUT and GET (spec/ozone-rest.md §3.11, §3.12, §4.4, §4.6, §4.7, §4.9).

#include "core/async/task.h"
#include "http/route/exchange.h"

namespace dobson::ozone {

Task<void> put_key(void* context, http::Exchange* exchange);
Task<void> get_key(void* context, http::Exchange* exchange);

}  // namespace dobson::ozone
