#pragma once

// What the handlers of this family share. Lives as long as the server.

#include <optional>

#include "core/async/pool.h"
#include "handlers/common/readers.h"
#include "handlers/common/text_room.h"
#include "http/client/client.h"
#include "http/route/exchange.h"
#include "storage/store.h"

namespace dobson::recon {

struct Prometheus {
  http::Client& client;
  http::Endpoint endpoint;
};

class ExportJobs;

struct Context {
  storage::Store& store;
  Readers& readers;
  Pool& scans;       // for queries that are too long for a reactor
  Pool& block_pool;  // for files
  ExportJobs& exports;
  TextRoom& texts;           // of all families
  bool seed_names = true;    // beside those of later releases (spec/recon.md D3)
  bool reason_text = false;  // why a container is unhealthy (spec/recon.md D18)
  std::optional<Prometheus> prometheus = {};

  const storage::ReadTxn& read(const http::Exchange& exchange) {
    return readers.txn(exchange.reactor());
  }
};

}  // namespace dobson::recon
