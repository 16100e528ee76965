#pragma once

// What waits for its deletion, summed up, and blocks by container (spec/recon.md §4.11, §5.1,
// §5.7).

#include "handlers/recon/context.h"

namespace dobson::recon {

void deleted_keys_summary(Context& context, http::Exchange& exchange);
void deleted_directories_summary(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> deleted_blocks(Context& context, http::Exchange& exchange);
void pending_deletion(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
