#pragma once

// The route table of the insight API, Ozone Recon's (spec/recon.md §4).

#include "handlers/recon/context.h"
#include "http/route/route.h"

namespace dobson::recon {

// The table alone, for documents: it cannot be served.
http::Family declarations();

// `context` must outlive the family.
http::Family make_family(Context& context);

}  // namespace dobson::recon
