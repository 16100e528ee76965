#pragma once

// Which of its menus the web UI is not to show (spec/recon.md §5.8).

#include "handlers/recon/shapes.h"

namespace dobson::recon {

void disabled_features(Context& context, http::Exchange& exchange);
void heat_map_health(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
