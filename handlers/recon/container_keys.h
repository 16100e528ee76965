#pragma once

// The keys that have blocks in a container (spec/recon.md §4.2).

#include "handlers/recon/context.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> container_keys(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
