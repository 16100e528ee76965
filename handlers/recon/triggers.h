#pragma once

// Requests to bring Recon's copies up to date (spec/recon.md §5.8). There are none here: what is
// shown is the state itself.

#include "handlers/recon/context.h"

namespace dobson::recon {

void sync_keys(Context& context, http::Exchange& exchange);
void rebuild(Context& context, http::Exchange& exchange);
void sync_containers(Context& context, http::Exchange& exchange);
void sync_status(Context& context, http::Exchange& exchange);
void cancel_sync(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
