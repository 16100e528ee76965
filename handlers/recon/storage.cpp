#include "handlers/recon/storage.h"

#include <fmt/chrono.h>

#include <cstdint>
#include <iterator>
#include <string>

#include "handlers/recon/call.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;
using storage::NodeView;

struct Space {
  std::uint64_t capacity = 0;
  std::uint64_t used = 0;
  std::uint64_t remaining = 0;
  std::uint64_t committed = 0;
  std::uint64_t least_free = 0;
  std::uint64_t taken = 0;  // of the file system, by anybody
};

// Nothing of a node that is not heard.
Space space_of(const Context& context, const NodeView& node, const storage::StateCounts& counts) {
  if (!node.space) return {};
  return {.capacity = node.space->capacity,
          .used = node.state == storage::NodeState::dead ? 0 : counts.totals.replicated_bytes,
          .remaining = node.space->available,
          .committed = node.space->committed,
          .least_free = context.store.free_watermark(),
          .taken = node.space->capacity - node.space->unused};
}

Space space_of_all(const Context& context, std::span<const NodeView> nodes,
                   const storage::StateCounts& counts) {
  Space all;
  for (const NodeView& node : nodes) {
    if (node.state == storage::NodeState::dead) continue;
    const Space space = space_of(context, node, counts);
    all.capacity += space.capacity;
    all.used += space.used;
    all.remaining += space.remaining;
    all.committed += space.committed;
    all.least_free += space.least_free;
    all.taken += space.taken;
  }
  return all;
}

void write_members(JsonWriter& json, const Space& space) {
  json.key("capacity").number(space.capacity).key("used").number(space.used);
  json.key("remaining").number(space.remaining).key("committed").number(space.committed);
  json.key("minimumFreeSpace").number(space.least_free).key("reserved").integer(0);
  json.key("filesystemCapacity").number(space.capacity);
  json.key("filesystemUsed").number(space.taken);
  json.key("filesystemAvailable").number(space.remaining);
}

// With their copies.
std::uint64_t bytes_of_open_keys(Context& context) {
  std::uint64_t bytes = 0;
  context.store.open_keys().visit([&](const storage::OpenKey& key) {
    bytes += key.size() * storage::copies_of(key.replication);
  });
  return bytes;
}

void write_global(JsonWriter& json, const Space& space) {
  json.key("globalStorage").object().key("totalFileSystemCapacity").number(space.capacity);
  json.key("totalReservedSpace").integer(0);
  json.key("totalOzoneCapacity").number(space.capacity);
  json.key("totalOzoneUsedSpace").number(space.used);
  json.key("totalOzoneFreeSpace").number(space.remaining);
  json.key("totalOzoneCommittedSpace").number(space.committed);
  json.key("totalMinimumFreeSpace").number(space.least_free).end_object();
}

void write_breakdown(JsonWriter& json, const storage::StateCounts& counts, std::uint64_t open) {
  const std::uint64_t parts = counts.parts.replicated_bytes;
  const std::uint64_t waiting =
      counts.deleted.replicated_bytes + counts.deleted_keys.replicated_bytes;
  const std::uint64_t keys = counts.totals.replicated_bytes;
  json.key("globalNamespace").object();
  json.key("totalUsedSpace").number(waiting + open + parts + keys);
  json.key("totalKeys").number(counts.totals.keys + counts.deleted.keys).end_object();
  json.key("usedSpaceBreakdown").object().key("openKeyBytes").object();
  json.key("openKeyAndFileBytes").number(open).key("multipartOpenKeyBytes").number(parts);
  json.key("totalOpenKeyBytes").number(open + parts).end_object();
  json.key("finalizedKeyBytes").number(keys).end_object();
}

}  // namespace

std::uint64_t capacity_of(std::span<const NodeView> nodes) {
  std::uint64_t capacity = 0;
  for (const NodeView& node : nodes) {
    const bool heard = node.space && node.state != storage::NodeState::dead;
    if (heard) capacity += node.space->capacity;
  }
  return capacity;
}

void write_space(JsonWriter& json, const Context& context, const NodeView& node,
                 const storage::StateCounts& counts) {
  write_members(json, space_of(context, node, counts));
}

void write_all_space(JsonWriter& json, const Context& context, std::span<const NodeView> nodes,
                     const storage::StateCounts& counts) {
  write_members(json, space_of_all(context, nodes, counts));
}

void write_pending_of_nodes(JsonWriter& json, std::span<const NodeView> nodes,
                            std::uint64_t bytes) {
  json.object().key("status").string("FINISHED").key("totalPendingDeletionSize").number(bytes);
  json.key("pendingDeletionPerDataNode").array();
  std::int64_t silent = 0;
  for (const NodeView& node : nodes) {
    const bool heard = node.state != storage::NodeState::dead;
    json.object().key("hostName").string(node.host).key("datanodeUuid").string(text_of(node.id));
    json.key("pendingBlockSize").integer(heard ? static_cast<std::int64_t>(bytes) : -1);
    json.end_object();
    if (!heard) ++silent;
  }
  json.end_array().key("totalNodesQueried").number(nodes.size());
  json.key("totalNodeQueriesFailed").integer(silent).end_object();
}

void storage_distribution(Context& context, http::Exchange& exchange) {
  const auto counts = storage::count_state(context.read(exchange));
  const auto nodes = context.store.cluster().nodes(exchange.now());
  auto& json = JsonWriter::begin();
  json.object();
  write_global(json, space_of_all(context, nodes, counts));
  write_breakdown(json, counts, bytes_of_open_keys(context));
  json.key("dataNodeUsage").array();
  for (const NodeView& node : nodes) {
    json.object().key("datanodeUuid").string(text_of(node.id)).key("hostName").string(node.host);
    write_space(json, context, node, counts);
    json.end_object();
  }
  json.end_array().end_object();
  answer_json(exchange, json.text());
}

void download_distribution(Context& context, http::Exchange& exchange) {
  const auto counts = storage::count_state(context.read(exchange));
  std::string text =
      "HostName,Datanode UUID,Filesystem Capacity (Bytes),Filesystem Used Space (Bytes),"
      "Filesystem Remaining Space (Bytes),Ozone Capacity (Bytes),Ozone Used Space (Bytes),"
      "Ozone Remaining Space (Bytes),PreAllocated Container Space (Bytes),Reserved Space (Bytes),"
      "Minimum Free Space (Bytes),Pending Block Size (Bytes)\r\n";
  for (const NodeView& node : context.store.cluster().nodes(exchange.now())) {
    const Space space = space_of(context, node, counts);
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},0,{},{}\r\n", node.host,
                   text_of(node.id), space.capacity, space.taken, space.remaining, space.capacity,
                   space.used, space.remaining, space.committed, space.least_free,
                   counts.deleted_blocks.replicated_bytes);
  }
  const std::time_t now = exchange.now() / 1000;
  begin_download(exchange, "text/csv",
                 fmt::format("Datanode_Insights_dobson_{:%Y%m%d_%H%M}Z.csv", fmt::gmtime(now)));
  exchange.finish(text);
}

}  // namespace dobson::recon
