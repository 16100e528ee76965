#pragma once

// What background tasks did last (spec/recon.md §4.22).

#include "handlers/recon/context.h"

namespace dobson::recon {

void task_status(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
