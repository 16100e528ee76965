#pragma once

// What a path of the namespace is and holds (spec/recon.md §4.12, §4.14, §4.15): a few rows each,
// at any size, since totals are kept.

#include "handlers/recon/shapes.h"

namespace dobson::recon {

void namespace_summary(Context& context, http::Exchange& exchange);
void namespace_quota(Context& context, http::Exchange& exchange);
void namespace_dist(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
