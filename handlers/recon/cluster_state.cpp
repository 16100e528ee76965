#include "handlers/recon/cluster_state.h"

#include "http/json/writer.h"
#include "storage/query/cluster.h"

namespace dobson::recon {

namespace {

// `used`: bytes of keys, with their copies. Nothing is reserved for others.
void write_storage(http::JsonWriter& json, const storage::StorageReport& report,
                   std::uint64_t used) {
  json.key("storageReport").object().key("capacity").number(report.capacity);
  json.key("used").number(used).key("remaining").number(report.available);
  json.key("committed").number(report.committed);
  json.key("minimumFreeSpace").number(report.watermark).key("reserved").integer(0);
  json.key("filesystemCapacity").number(report.capacity);
  json.key("filesystemUsed").number(report.capacity - report.unused);
  json.key("filesystemAvailable").number(report.available).end_object();
}

}  // namespace

void cluster_state(Context& context, http::Exchange& exchange) {
  const auto counts = storage::count_state(context.read(exchange));
  const auto report = context.store.storage_report();
  auto& json = http::JsonWriter::begin();
  json.object().key("deletedDirs").number(counts.deleted_directories);
  json.key("pipelines").integer(0);  // replicas are not kept yet
  json.key("totalDatanodes").number(report.nodes);
  json.key("healthyDatanodes").number(report.healthy_nodes);
  write_storage(json, report, counts.totals.replicated_bytes);
  json.key("containers").number(counts.containers).key("missingContainers").integer(0);
  json.key("openContainers").number(counts.open_containers);
  json.key("deletedContainers").integer(0);  // containers stay
  json.key("volumes").number(counts.totals.volumes).key("buckets").number(counts.totals.buckets);
  json.key("keys").number(counts.totals.keys);
  json.key("keysPendingDeletion").number(counts.deleted_keys);
  json.key("scmServiceId").null().key("omServiceId").null().end_object();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
