#include "handlers/recon/node_removal.h"

#include <map>
#include <string_view>

#include "core/base/limits.h"
#include "handlers/common/receive_whole.h"
#include "handlers/common/text.h"
#include "handlers/recon/call.h"
#include "handlers/recon/context.h"
#include "handlers/recon/nodes.h"
#include "http/json/reader.h"
#include "http/json/writer.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;
using storage::NodeView;
using storage::Removal;

constexpr std::string_view malformed =
    "The body must be a list of one or more UUIDs, as JSON: [\"…\"]";

// Nothing has no type.
bool is_json(const http::Request& request) {
  const auto* header = request.header("Content-Type");
  if (header == nullptr) return !request.chunked && request.content_length.value_or(0) == 0;
  std::string_view type = *header;
  return equal_names(trim(take_until(type, ';')), "application/json");
}

struct Outcome {
  std::map<Uuid, std::string_view> failed;  // why
  std::vector<Uuid> unknown;
  std::vector<NodeView> removed;
};

Outcome remove(storage::Cluster& cluster, const std::vector<Uuid>& nodes, UnixMillis now) {
  Outcome outcome;
  for (const Uuid& node : nodes) {
    NodeView forgotten;
    switch (cluster.remove(node, now, &forgotten)) {
      case Removal::removed:
        outcome.removed.push_back(std::move(forgotten));
        break;
      case Removal::unknown:
        outcome.unknown.push_back(node);
        break;
      case Removal::not_dead:
        outcome.failed[node] = "DataNode should be in DEAD node status.";
        break;
      case Removal::holds_open_container:
        outcome.failed[node] = "Open Containers/Pipelines";
        break;
    }
  }
  return outcome;
}

void write_failed(JsonWriter& json, const std::map<Uuid, std::string_view>& failed) {
  json.key("failedDatanodes").object().key("totalCount").number(failed.size());
  json.key("errors").object();
  for (const auto& [node, reason] : failed) json.key(text_of(node)).string(reason);
  json.end_object().end_object();
}

void write_unknown(JsonWriter& json, const std::vector<Uuid>& nodes) {
  json.key("notFoundDatanodes").object().key("totalCount").number(nodes.size());
  json.key("datanodes").array();
  for (const Uuid& node : nodes) {
    json.object().key("uuid").string(text_of(node)).key("hostname").string("");
    json.key("state").string("DEAD").key("pipelines").null().end_object();
  }
  json.end_array().end_object();
}

// The members of an object that is open.
void write_removed(JsonWriter& json, const std::vector<NodeView>& nodes) {
  json.key("totalCount").number(nodes.size()).key("datanodes").array();
  for (const NodeView& node : nodes) write_removed_node(json, node);
  json.end_array();
}

// The seed's form behind that of the source (§9, D4).
void answer(http::Exchange& exchange, const Outcome& outcome) {
  auto& json = JsonWriter::begin();
  json.object().key("datanodesResponseMap").object();
  if (!outcome.failed.empty()) write_failed(json, outcome.failed);
  if (!outcome.unknown.empty()) write_unknown(json, outcome.unknown);
  const bool any = !outcome.removed.empty();
  if (any) {
    json.key("removedDatanodes").object();
    write_removed(json, outcome.removed);
    json.end_object();
  }
  json.end_object();
  if (any) {
    json.key("removedNodes").object();
    write_removed(json, outcome.removed);
    json.key("message").string("Success").end_object();
  }
  json.end_object();
  answer_json(exchange, json.text());
}

void answer_cut(http::Exchange& exchange, const Error& error) {
  if (error.code == Errc::overloaded) return answer_error(exchange, 503);
  if (error.code == Errc::quota_exceeded) {
    return answer_error(exchange, 400, "The body has more than 64 KiB.");
  }
  answer_error(exchange, 400);
}

}  // namespace

Result<std::vector<Uuid>> parse_node_list(const std::string& text) {
  const Error error{Errc::invalid_argument, std::string(malformed)};
  http::JsonReader reader;
  const auto list = reader.read_array(text);
  if (!list) return error;
  std::vector<Uuid> nodes;
  for (const http::JsonValue item : *list) {
    const auto node = parse_uuid(http::json_as<std::string_view>(item).value_or(""));
    if (!node) return error;
    nodes.push_back(*node);
  }
  if (nodes.empty()) return error;
  return nodes;
}

Task<void> remove_nodes(void* context, http::Exchange* exchange) {
  auto& recon = *static_cast<Context*>(context);
  if (!is_json(exchange->request())) {
    answer_error(*exchange, 415);
    co_return;
  }
  TextRoom::Share share(recon.texts);
  const auto text = co_await receive_whole(exchange, limits::removed_nodes_bytes, &share);
  if (!text) {
    answer_cut(*exchange, text.error());
    co_return;
  }
  const auto nodes = parse_node_list(*text);
  if (!nodes) {
    answer_error(*exchange, 400, nodes.error().message);
    co_return;
  }
  answer(*exchange, remove(recon.store.cluster(), *nodes, exchange->now()));
}

}  // namespace dobson::recon
