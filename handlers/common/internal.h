#pragma once

// The server's own pages, reserved on every listener under `/-/` (design.md §5): healthy, ready,
// metrics, and what can be asked of the listener, for programs and for people.

#include <atomic>
#include <functional>
#include <string>

#include "handlers/common/metrics_text.h"
#include "http/route/route.h"
#include "storage/store.h"

namespace dobson {

// Of one listener.
struct InternalContext {
  storage::Store& store;
  const std::atomic<bool>& draining;
  // Adds what lies outside of handlers: connections and answers by route.
  const std::function<void(MetricsText&)>& server_metrics;
  std::string openapi = {};  // of all families of the listener, this one too
};

// `context` must outlive the family.
http::Family make_internal_family(InternalContext& context);

}  // namespace dobson
