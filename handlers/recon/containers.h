#pragma once

// Containers, those that were deleted, and how many have which size (spec/recon.md §4.1, §4.24,
// §5.3).

#include "handlers/recon/context.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> list_containers(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> deleted_containers(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> container_count(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
