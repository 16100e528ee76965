#include "handlers/recon/cluster_state.h"

#include <numeric>

#include "http/json/writer.h"
#include "storage/query/cluster.h"

namespace dobson::recon {

namespace {

using storage::ContainerState;

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
  const auto all = std::accumulate(counts.containers.begin(), counts.containers.end(), 0ULL);
  const auto deleted = counts.containers_of(ContainerState::deleted);
  auto& json = http::JsonWriter::begin();
  json.object().key("deletedDirs").number(counts.deleted_directories);
  json.key("pipelines").integer(0);  // replicas are not kept yet
  json.key("totalDatanodes").number(report.nodes);
  json.key("healthyDatanodes").number(report.healthy_nodes);
  write_storage(json, report, counts.totals.replicated_bytes);
  json.key("containers").number(all - deleted).key("missingContainers").integer(0);
  json.key("openContainers").number(counts.containers_of(ContainerState::open));
  json.key("deletedContainers").number(deleted);
  json.key("volumes").number(counts.totals.volumes).key("buckets").number(counts.totals.buckets);
  json.key("keys").number(counts.totals.keys + counts.deleted.keys);
  json.key("keysPendingDeletion").number(counts.deleted_keys.rows);
  json.key("scmServiceId").null().key("omServiceId").null().end_object();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
