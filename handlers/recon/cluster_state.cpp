#include "handlers/recon/cluster_state.h"

#include <algorithm>
#include <numeric>

#include "handlers/recon/call.h"
#include "handlers/recon/storage.h"
#include "http/json/writer.h"
#include "storage/query/cluster.h"

namespace dobson::recon {

namespace {

using storage::ContainerState;
using storage::NodeState;
using storage::NodeView;

// The web pages print it as "1000+".
constexpr std::uint64_t most_missing = 1001;

std::uint64_t missing_of(const storage::Cluster& cluster) {
  return cluster.unhealthy({}).counts[static_cast<std::size_t>(storage::HealthState::missing)];
}

}  // namespace

void cluster_state(Context& context, http::Exchange& exchange) {
  const auto counts = storage::count_state(context.read(exchange));
  const storage::Cluster& cluster = context.store.cluster();
  const auto nodes = cluster.nodes(exchange.now());
  const auto all = std::accumulate(counts.containers.begin(), counts.containers.end(), 0ULL);
  const auto deleted = counts.containers_of(ContainerState::deleted);
  auto& json = http::JsonWriter::begin();
  json.object().key("deletedDirs").number(counts.deleted_directories);
  json.key("pipelines").number(cluster.pipelines().size());
  json.key("totalDatanodes").number(nodes.size());
  json.key("healthyDatanodes")
      .integer(std::ranges::count(nodes, NodeState::healthy, &NodeView::state));
  json.key("storageReport").object();
  write_all_space(json, context, nodes, counts);
  json.end_object();
  json.key("containers").number(all - deleted);
  json.key("missingContainers").number(std::min(missing_of(cluster), most_missing));
  json.key("openContainers").number(counts.containers_of(ContainerState::open));
  json.key("deletedContainers").number(deleted);
  json.key("volumes").number(counts.totals.volumes).key("buckets").number(counts.totals.buckets);
  json.key("keys").number(counts.totals.keys + counts.deleted.keys);
  json.key("keysPendingDeletion").number(counts.deleted_keys.rows);
  json.key("scmServiceId").null().key("omServiceId").null().end_object();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
