#pragma once

// Buckets (spec/recon.md §4.18).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

void list_buckets(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
