#pragma once

// From the plain functions of this family to http's handlers.

#include <memory>

#include "handlers/recon/call.h"
#include "handlers/recon/context.h"
#include "http/route/route.h"

namespace dobson::recon {

using QueryFunction = void (*)(Context&, http::Exchange&);

template <QueryFunction function>
void query(void* context, http::Exchange& exchange) {
  function(*static_cast<Context*>(context), exchange);
}

using LongQueryFunction = std::unique_ptr<http::Deferred> (*)(Context&, http::Exchange&);

template <LongQueryFunction function>
std::unique_ptr<http::Deferred> long_query(void* context, http::Exchange& exchange) {
  return function(*static_cast<Context*>(context), exchange);
}

}  // namespace dobson::recon
