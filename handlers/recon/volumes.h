#pragma once

// Volumes (spec/recon.md §4.17).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

void list_volumes(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
