#include "handlers/recon/replicas.h"

#include "handlers/recon/call.h"
#include "handlers/recon/container_params.h"

namespace dobson::recon {

namespace {

std::string_view to_wire(storage::ReplicaState state) {
  switch (state) {
    case storage::ReplicaState::open:
      return "OPEN";
    case storage::ReplicaState::closing:
      return "CLOSING";
    case storage::ReplicaState::closed:
      return "CLOSED";
    case storage::ReplicaState::unhealthy:
      return "UNHEALTHY";
    case storage::ReplicaState::deleted:
      return "DELETED";
  }
}

}  // namespace

// No sequence of commits and no checksum of the whole is kept for a replica.
void write_replicas(http::JsonWriter& json, std::span<const storage::ReplicaView> replicas) {
  json.array();
  for (const storage::ReplicaView& replica : replicas) {
    json.object().key("containerId").number(replica.container.value);
    json.key("datanodeUuid").string(text_of(replica.node));
    json.key("datanodeHost").string(replica.host);
    json.key("firstSeenTime").integer(replica.first_seen);
    json.key("lastSeenTime").integer(replica.last_seen).key("lastBcsId").integer(-1);
    json.key("state").string(to_wire(replica.state)).key("dataChecksum").integer(0);
    json.key("firstReportTimestamp").integer(replica.first_seen);
    json.key("lastReportTimestamp").integer(replica.last_seen).end_object();
  }
  json.end_array();
}

void replica_history(Context& context, http::Exchange& exchange) {
  const auto id = container_of(exchange);
  if (!id) return;
  auto& json = http::JsonWriter::begin();
  write_replicas(json, context.store.cluster().history(*id));
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
