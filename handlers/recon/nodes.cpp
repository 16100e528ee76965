#include "handlers/recon/nodes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "handlers/common/query.h"
#include "handlers/recon/call.h"
#include "handlers/recon/storage.h"
#include "handlers/recon/wire.h"
#include "storage/query/cluster.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;
using storage::NodeView;
using storage::PipelineView;

constexpr std::string_view rack = "/default-rack";

std::string_view to_wire(storage::NodeState state) {
  constexpr std::string_view names[] = {"HEALTHY", "STALE", "DEAD"};
  return names[static_cast<std::size_t>(state)];
}

// "" when it is not known.
std::string_view host_of(std::span<const NodeView> nodes, const Uuid& id) {
  const auto found = std::ranges::find(nodes, id, &NodeView::id);
  return found == nodes.end() ? std::string_view{} : found->host;
}

bool is_led_by(const PipelineView& pipeline, const Uuid& node) {
  return !pipeline.nodes.empty() && pipeline.nodes.front() == node;
}

std::string_view factor_of(const PipelineView& pipeline) {
  return pipeline.nodes.size() == 1 ? "ONE" : "THREE";
}

void write_pipelines_of(JsonWriter& json, const Uuid& node, std::span<const NodeView> nodes,
                        std::span<const PipelineView> pipelines) {
  json.key("pipelines").array();
  for (const PipelineView& pipeline : pipelines) {
    if (std::ranges::find(pipeline.nodes, node) == pipeline.nodes.end()) continue;
    json.object().key("pipelineID").string(text_of(pipeline.id));
    json.key("replicationType").string("RATIS");
    json.key("replicationFactor").string(factor_of(pipeline));
    json.key("leaderNode").string(host_of(nodes, pipeline.nodes.front())).end_object();
  }
  json.end_array();
}

// The members that a row begins with.
void begin_node(JsonWriter& json, const NodeView& node) {
  json.object().key("uuid").string(text_of(node.id)).key("hostname").string(node.host);
  json.key("state").string(to_wire(node.state)).key("opState").string("IN_SERVICE");
}

// And those that it ends with.
void end_node(JsonWriter& json, const NodeView& node) {
  json.key("version").string(DOBSON_VERSION).key("setupTime").integer(node.set_up);
  json.key("revision").string("").key("buildDate").string("");
  json.key("layoutVersion").integer(0).key("networkLocation").string(rack).end_object();
}

void write_node(JsonWriter& json, Context& context, const storage::StateCounts& counts,
                const NodeView& node, std::span<const NodeView> nodes,
                std::span<const PipelineView> pipelines) {
  const auto led =
      std::ranges::count_if(pipelines, [&](const auto& each) { return is_led_by(each, node.id); });
  begin_node(json, node);
  json.key("lastHeartbeat").integer(node.last_heartbeat);
  json.key("storageReport").object().key("datanodeUuid").string("").key("hostName").string("");
  write_space(json, context, node, counts);
  json.end_object();
  write_pipelines_of(json, node.id, nodes, pipelines);
  json.key("containers").number(node.containers);
  json.key("openContainers").number(node.open_containers);
  json.key("leaderCount").integer(led);
  end_node(json, node);
}

}  // namespace

void write_details(JsonWriter& json, const NodeView& node) {
  const std::string id = text_of(node.id);
  json.object().key("level").integer(3).key("parent").null().key("cost").integer(0);
  json.key("id").object().key("uuid").string(id).end_object();
  json.key("uuid").string(id).key("uuidString").string(id);
  json.key("ipAddress").string("127.0.0.1").key("hostName").string(node.host);
  json.key("ports").array().end_array().key("certSerialId").null().key("version").null();
  json.key("setupTime").integer(0).key("revision").null();
  json.key("persistedOpState").string("IN_SERVICE");
  json.key("persistedOpStateExpiryEpochSec").integer(0);
  json.key("initialVersion").integer(0).key("currentVersion").integer(3);
  json.key("decommissioned").boolean(false).key("maintenance").boolean(false);
  json.key("networkName").string(id).key("networkLocation").string(rack);
  json.key("networkFullPath").string(std::string(rack).append("/").append(id));
  json.key("numOfLeaves").integer(1).end_object();
}

void write_removed_node(JsonWriter& json, const NodeView& node) {
  begin_node(json, node);
  json.key("pipelines").null();
  end_node(json, node);
}

void list_nodes(Context& context, http::Exchange& exchange) {
  const auto counts = storage::count_state(context.read(exchange));
  const storage::Cluster& cluster = context.store.cluster();
  const auto nodes = cluster.nodes(exchange.now());
  const auto pipelines = cluster.pipelines();
  auto& json = JsonWriter::begin();
  json.object().key("totalCount").number(nodes.size()).key("datanodes").array();
  for (const NodeView& node : nodes) write_node(json, context, counts, node, nodes, pipelines);
  json.end_array().end_object();
  answer_json(exchange, json.text());
}

void list_pipelines(Context& context, http::Exchange& exchange) {
  const storage::Cluster& cluster = context.store.cluster();
  const auto nodes = cluster.nodes(exchange.now());
  const auto pipelines = cluster.pipelines();
  auto& json = JsonWriter::begin();
  json.object().key("totalCount").number(pipelines.size()).key("pipelines").array();
  for (const PipelineView& pipeline : pipelines) {
    json.object().key("pipelineId").string(text_of(pipeline.id)).key("status").string("OPEN");
    json.key("leaderNode").string(host_of(nodes, pipeline.nodes.front())).key("datanodes").array();
    for (const NodeView& node : nodes) {
      const bool is_in = std::ranges::find(pipeline.nodes, node.id) != pipeline.nodes.end();
      if (is_in) write_details(json, node);
    }
    json.end_array().key("lastLeaderElection").integer(0);
    json.key("duration").integer(std::max(exchange.now() - pipeline.created, UnixMillis{0}));
    json.key("leaderElections").integer(0).key("replicationType").string("RATIS");
    json.key("replicationFactor").string(factor_of(pipeline));
    json.key("containers").number(pipeline.open_containers).end_object();
  }
  json.end_array().end_object();
  answer_json(exchange, json.text());
}

// Nobody takes a node out of service yet.
void decommission_info(Context&, http::Exchange& exchange) {
  answer_json(exchange, R"({"DatanodesDecommissionInfo":[]})");
}

void decommission_info_of(Context& context, http::Exchange& exchange) {
  const bool asked =
      !query_or_empty(exchange, "uuid").empty() || !query_or_empty(exchange, "ipAddress").empty();
  if (!asked) return answer_error(exchange, 400, "uuid or ipAddress is required");
  decommission_info(context, exchange);
}

}  // namespace dobson::recon
