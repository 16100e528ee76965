#pragma once

// The cluster in one object (spec/recon.md §4.16).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

void cluster_state(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
