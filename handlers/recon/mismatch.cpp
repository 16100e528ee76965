#include "handlers/recon/mismatch.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/scan.h"
#include "handlers/common/text.h"
#include "handlers/recon/call.h"
#include "handlers/recon/container_params.h"
#include "handlers/recon/nodes.h"
#include "handlers/recon/wire.h"
#include "http/json/writer.h"
#include "storage/query/containers.h"

namespace dobson::recon {

namespace {

using storage::ContainerId;
using storage::ContainerRecord;
using storage::ContainerState;

enum class Missing { in_store, in_keys };

struct Asked {
  Missing missing = Missing::in_store;
  bool only_deleted = false;
  std::int64_t limit = 0;
  ContainerId after;
};

// The rows of the answer, as JSON.
class Mismatches {
 public:
  Mismatches(const storage::Cluster& cluster, UnixMillis now, const Asked& asked)
      : cluster_(cluster),
        asked_(asked),
        nodes_(cluster.nodes(now)),
        pipelines_(cluster.pipelines()) {}

  // False: it is enough.
  bool add(ContainerId id, std::uint64_t keys, bool in_store) {
    if (count_ == asked_.limit || rows_.size() >= limits::buffered_bytes) return false;
    auto& json = http::JsonWriter::begin();
    json.object().key("containerId").number(id.value).key("numberOfKeys").number(keys);
    json.key("pipelines").array();
    if (in_store) write_pipelines(json, id);
    json.end_array();
    if (!asked_.only_deleted) json.key("existsAt").string(in_store ? "SCM" : "OM");
    json.end_object();
    if (count_++ > 0) rows_.push_back(',');
    rows_.append(json.text());
    last_ = id;
    return true;
  }

  std::string text() const {
    auto& json = http::JsonWriter::begin();
    json.object().key("containerDiscrepancyInfo").raw_array(rows_);
    if (asked_.only_deleted) json.key("containers").raw_array(rows_);
    json.key("lastKey");
    if (last_) {
      json.number(last_->value);
    } else {
      json.null();
    }
    json.end_object();
    return std::string(json.text());
  }

 private:
  // Those of nodes that have a replica of it.
  void write_pipelines(http::JsonWriter& json, ContainerId id) const {
    const auto replicas = cluster_.replicas(id);
    for (const storage::PipelineView& pipeline : pipelines_) {
      const bool holds = std::ranges::any_of(replicas, [&](const storage::ReplicaView& replica) {
        return std::ranges::find(pipeline.nodes, replica.node) != pipeline.nodes.end();
      });
      if (!holds) continue;
      const bool one = pipeline.nodes.size() == 1;
      json.object().key("id").object().key("id").string(text_of(pipeline.id)).end_object();
      json.key("type").string("RATIS").key("pipelineState").string("OPEN");
      write_replication(json.key("replicationConfig"),
                        one ? storage::Replication::one : storage::Replication::three);
      json.key("leaderId").string(text_of(pipeline.nodes.front())).key("nodes").array();
      for (const storage::NodeView& node : nodes_) {
        const bool is_in = std::ranges::find(pipeline.nodes, node.id) != pipeline.nodes.end();
        if (is_in) write_details(json, node);
      }
      json.end_array().key("healthy").boolean(true).key("empty").boolean(false).end_object();
    }
  }

  const storage::Cluster& cluster_;
  const Asked asked_;
  const std::vector<storage::NodeView> nodes_;
  const std::vector<storage::PipelineView> pipelines_;
  std::string rows_;
  std::int64_t count_ = 0;
  std::optional<ContainerId> last_;
};

// Containers that keys speak of, and that are not there any more.
void add_lost(const storage::ReadTxn& txn, const Asked& asked, ScanTime& time,
              Mismatches& mismatches) {
  storage::visit_containers_of_keys(txn, asked.after, [&](ContainerId id) {
    if (time.over()) return false;
    const auto container = storage::find_container(txn, id);
    const bool deleted = container && container->state == ContainerState::deleted;
    const bool lost = asked.only_deleted ? deleted : deleted || !container;
    return !lost || mismatches.add(id, container ? container->keys : 0, false);
  });
}

void add_unused(const storage::ReadTxn& txn, const Asked& asked, ScanTime& time,
                Mismatches& mismatches) {
  storage::visit_containers(txn, asked.after, [&](ContainerId id, const ContainerRecord& row) {
    if (time.over()) return false;
    const bool unused = row.state != ContainerState::deleted && row.keys == 0;
    return !unused || mismatches.add(id, 0, true);
  });
}

std::unique_ptr<http::Deferred> answer(Context& context, http::Exchange& exchange, Asked asked) {
  const auto make = [&context, asked,
                     now = exchange.now()](const storage::ReadTxn& txn) -> Result<std::string> {
    ScanTime time;
    Mismatches mismatches(context.store.cluster(), now, asked);
    if (asked.missing == Missing::in_store) {
      add_lost(txn, asked, time, mismatches);
    } else {
      add_unused(txn, asked, time, mismatches);
    }
    if (time.was_over()) return Error{Errc::overloaded};
    return mismatches.text();
  };
  return std::make_unique<Scan>(context.scans, context.store, make, &answer_scanned);
}

}  // namespace

std::unique_ptr<http::Deferred> mismatch(Context& context, http::Exchange& exchange) {
  const auto page = container_page(exchange, 406);
  if (!page) return nullptr;
  const auto* given = exchange.query("missingIn");
  const std::string_view missing = given == nullptr ? "SCM" : *given;
  const bool in_keys = equal_names(missing, "OM");
  if (!in_keys && !equal_names(missing, "SCM")) {
    answer_error(exchange, 400, "missingIn must be one of OM, SCM");
    return nullptr;
  }
  return answer(context, exchange,
                {.missing = in_keys ? Missing::in_keys : Missing::in_store,
                 .limit = page->limit,
                 .after = page->after});
}

std::unique_ptr<http::Deferred> deleted_mismatch(Context& context, http::Exchange& exchange) {
  const auto page = container_page_of_any_limit(exchange, 406);
  if (!page) return nullptr;
  return answer(context, exchange,
                {.only_deleted = true,
                 .limit = page->limit > 0 ? page->limit : std::numeric_limits<std::int64_t>::max(),
                 .after = page->after});
}

}  // namespace dobson::recon
