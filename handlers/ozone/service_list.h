#pragma once

// Service discovery (spec/ozone-rest.md §4.1).

#include "handlers/ozone/shapes.h"

namespace dobson::ozone {

Checked<void> service_list(Context& context, http::Exchange& exchange);

}  // namespace dobson::ozone
