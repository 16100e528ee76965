#pragma once

// How many keys have which size, by bucket (spec/recon.md §4.23).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> file_count(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
