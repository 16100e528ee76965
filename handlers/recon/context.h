#pragma once

// What the handlers of this family share. Lives as long as the server.

#include "core/async/pool.h"
#include "handlers/common/readers.h"
#include "http/route/exchange.h"
#include "storage/store.h"

namespace dobson::recon {

struct Context {
  storage::Store& store;
  Readers& readers;
  Pool& scans;  // for queries that are too long for a reactor

  const storage::ReadTxn& read(const http::Exchange& exchange) {
    return readers.txn(exchange.reactor());
  }
};

}  // namespace dobson::recon
