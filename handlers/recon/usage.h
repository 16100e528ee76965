#pragma once

// An account of sizes below a path (spec/recon.md §4.13). What the children of a bucket or
// directory cost is a scan of its rows; a long one is not made on a reactor.

#include <memory>

#include "handlers/recon/shapes.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> namespace_usage(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
