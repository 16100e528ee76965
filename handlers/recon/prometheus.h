#pragma once

// Questions of the web pages that a Prometheus answers, passed on to it (spec/recon.md §4.25).

#include "core/async/task.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// Streams the answer as it comes, no faster than the client reads it. An answer of Prometheus that
// ends early, ends early here.
Task<void> ask_prometheus(void* context, http::Exchange* exchange);

}  // namespace dobson::recon
