#include "handlers/recon/key_window.h"

#include <limits>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/wire.h"

namespace dobson::recon {

std::int64_t limit_of(const http::Exchange& exchange) {
  const auto limit = query_integer(exchange, "limit", limits::insight_rows);
  return limit == -1 ? std::numeric_limits<std::int64_t>::max() : limit;
}

void KeyWindow::write_sums(http::JsonWriter& json, std::int64_t) {
  json.key("lastKey").string(last_).key("replicatedDataSize").number(replicated_bytes_);
  json.key("unreplicatedDataSize").number(bytes_);
}

void KeyWindow::write_tail(http::JsonWriter& json, std::string_view) {
  json.key("status").string("OK").key("replicatedTotal").number(replicated_bytes_);
  json.key("unreplicatedTotal").number(bytes_);
}

void KeyWindow::count(std::string last, std::uint64_t bytes, std::uint64_t replicated_bytes) {
  last_ = std::move(last);
  bytes_ += bytes;
  replicated_bytes_ += replicated_bytes;
}

void write_entity(http::JsonWriter& json, const KeyEntity& entity) {
  json.object().key("key").string(entity.key).key("path").string(entity.path);
  json.key("inStateSince").integer(entity.since).key("size").number(entity.bytes);
  json.key("replicatedSize").number(entity.replicated_bytes);
  write_replication(json.key("replicationInfo"), entity.replication);
  json.key("creationTime").integer(entity.created).key("modificationTime").integer(entity.modified);
  json.key("isKey").boolean(entity.is_key).end_object();
}

}  // namespace dobson::recon
