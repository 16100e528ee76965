#pragma once

// What the handlers of this family share: the store, the pool for block I/O, the settings. Lives as
// long as the server.

#include <set>
#include <string>

#include "core/async/pool.h"
#include "handlers/common/readers.h"
#include "http/route/exchange.h"
#include "storage/store.h"

namespace dobson::ozone {

struct Settings {
  std::string server_name;  // FQDN, x-ozone-server-name
  std::uint16_t port = 0;   // shown by /serviceList
  std::set<std::string, std::less<>> admins{"root", "hdfs"};
  bool key_type_field = true;                                    // `type` in key info (Decision 9)
  storage::Replication replication = storage::Replication::one;  // of new buckets
};

struct Context {
  storage::Store& store;
  Pool& block_pool;
  Settings settings;
  Readers& readers;

  const storage::ReadTxn& read(const http::Exchange& exchange) {
    return readers.txn(exchange.reactor());
  }
};

}  // namespace dobson::ozone
