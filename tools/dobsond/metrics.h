#pragma once

// What /-/metrics shows: `dobson_*`, the server's and the store's.

#include <string>

#include "handlers/common/metrics_text.h"
#include "http/server/server.h"
#include "storage/store.h"

namespace dobson {

void write_metrics(MetricsText& text, const http::Server& server, storage::Store& store);

}  // namespace dobson
