#pragma once

// The page at `/` where there are no web pages (spec/recon.md §5.8): what can be asked, from the
// route table, as plain HTML.

#include "http/route/route.h"

namespace dobson::recon {

http::Family make_front_family();

}  // namespace dobson::recon
