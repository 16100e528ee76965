#pragma once

// Committed keys with filters (spec/recon.md §5.2).

#include <memory>

#include "handlers/recon/context.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// By the scan pool if there are filters and many keys.
std::unique_ptr<http::Deferred> list_keys(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
