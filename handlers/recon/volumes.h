#pragma once

// Volumes (spec/recon.md §4.17).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> list_volumes(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
