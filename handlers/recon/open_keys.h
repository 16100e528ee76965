#pragma once

// Keys whose bytes are on their way, and multipart uploads (spec/recon.md §4.8, §5.1). The first
// are in memory: those that were there when the answer was begun.

#include <memory>

#include "handlers/recon/context.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// By the scan pool if there are many buckets to look into.
std::unique_ptr<http::Deferred> list_open_keys(Context& context, http::Exchange& exchange);

void open_keys_summary(Context& context, http::Exchange& exchange);
void open_uploads_summary(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
