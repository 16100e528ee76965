#pragma once

// Buckets (spec/recon.md §4.18).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> list_buckets(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
