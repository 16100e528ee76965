#pragma once

// What the handlers of this family share: the store, the pools for block I/O and for scans,
// settings. Lives as long as the server.

#include <algorithm>
#include <set>
#include <string>

#include "core/async/pool.h"
#include "core/base/limits.h"
#include "handlers/common/readers.h"
#include "handlers/common/text.h"
#include "handlers/common/text_room.h"
#include "http/route/exchange.h"
#include "storage/store.h"

namespace dobson::ozone {

struct Settings {
  std::string server_name;   // FQDN, x-ozone-server-name
  std::string service_host;  // with `port` where /serviceList sends clients
  std::uint16_t port = 0;
  std::set<std::string, std::less<>> admins{"root", "hdfs"};     // in lower case, as callers come
  bool acls_enforced = false;                                    // §2.4
  std::uint64_t key_bytes = 5120 * limits::GiB;                  // of the largest key (§3.11)
  bool key_type_field = true;                                    // `type` in key info (Decision 9)
  storage::Replication replication = storage::Replication::one;  // of new buckets
  unsigned storage_nodes = 1;                                    // each keeps one copy at most

  void add_admin(std::string name) {
    std::ranges::transform(name, name.begin(), lower_case);
    if (!name.empty()) admins.insert(std::move(name));
  }
};

struct Context {
  storage::Store& store;
  Pool& block_pool;
  Pool& scans;
  Settings settings;
  Readers& readers;
  TextRoom texts = {};

  const storage::ReadTxn& read(const http::Exchange& exchange) {
    return readers.txn(exchange.reactor());
  }
};

}  // namespace dobson::ozone
