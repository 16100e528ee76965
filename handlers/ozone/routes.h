#pragma once

// The route table of Ozone REST v1 (spec/ozone-rest.md §3, §4).

#include "handlers/ozone/context.h"
#include "http/route/route.h"

namespace dobson::ozone {

// The table alone, for documents: it cannot be served.
http::Family declarations();

// `context` must outlive the family.
http::Family make_family(Context& context);

}  // namespace dobson::ozone
