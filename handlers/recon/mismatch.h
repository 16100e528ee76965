#pragma once

// Containers that only keys know, or only the store (spec/recon.md §4.6, §4.7).

#include "handlers/recon/context.h"

namespace dobson::recon {

std::unique_ptr<http::Deferred> mismatch(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> deleted_mismatch(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
