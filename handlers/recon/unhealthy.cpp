#include "handlers/recon/unhealthy.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/call.h"
#include "handlers/recon/listing.h"
#include "handlers/recon/replicas.h"
#include "storage/query/containers.h"

namespace dobson::recon {

namespace {

using storage::HealthState;
using storage::UnhealthyFilter;
using storage::UnhealthyQuery;
using storage::UnhealthyView;

// What Dobson has no way into is known by name, and is of no container.
struct State {
  std::string_view name;
  std::optional<UnhealthyFilter> filter;
};
constexpr State states[] = {{"MISSING", UnhealthyFilter::missing},
                            {"UNDER_REPLICATED", UnhealthyFilter::under_replicated},
                            {"OVER_REPLICATED", UnhealthyFilter::over_replicated},
                            {"EMPTY_MISSING", UnhealthyFilter::empty_missing},
                            {"ALL_REPLICAS_BAD", UnhealthyFilter::all_replicas_bad},
                            {"MIS_REPLICATED", std::nullopt},
                            {"REPLICA_MISMATCH", std::nullopt},
                            {"NEGATIVE_SIZE", std::nullopt}};

std::uint64_t keys_of(const storage::ReadTxn& txn, storage::ContainerId id) {
  const auto container = storage::find_container(txn, id);
  return container ? container->blocks : 0;
}

void write_pipeline_and_replicas(http::JsonWriter& json, const UnhealthyView& container) {
  json.key("pipelineID").string(text_of(container.pipeline)).key("replicas");
  write_replicas(json, container.replicas);
}

// A page of the view after the other.
class UnhealthyRows : public RowSource {
 public:
  UnhealthyRows(storage::Cluster& cluster, UnhealthyQuery query, std::int64_t limit)
      : cluster_(cluster), query_(query), left_(std::max(limit, std::int64_t{0})) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    do {
      query_.limit = static_cast<std::size_t>(
          std::min(left_, query_.before > 0 ? limits::buffered_rows : limits::insight_rows));
      const auto page = cluster_.unhealthy(query_);
      counts_ = page.counts;
      for (const UnhealthyView& row : page.rows) add(txn, row, sink);
      left_ -= static_cast<std::int64_t>(page.rows.size());
      if (page.rows.size() < query_.limit || query_.before > 0) return false;
      query_.after = last_;
      query_.skipped = 0;
    } while (left_ > 0 && !sink.full());
    return left_ > 0;
  }

 protected:
  virtual std::string_view text_of_row(const storage::ReadTxn& txn, const UnhealthyView& row) = 0;

  std::uint64_t count_of(HealthState state) const {
    return counts_[static_cast<std::size_t>(state)];
  }
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;

 private:
  void add(const storage::ReadTxn& txn, const UnhealthyView& row, RowSink& sink) {
    sink.add(text_of_row(txn, row));
    last_ = row.container.value;
    if (first_ == 0) first_ = last_;
  }

  storage::Cluster& cluster_;
  UnhealthyQuery query_;
  std::int64_t left_;
  decltype(storage::UnhealthyPage::counts) counts_{};
};

class MissingRows final : public UnhealthyRows {
 public:
  using UnhealthyRows::UnhealthyRows;

 private:
  std::string_view text_of_row(const storage::ReadTxn& txn, const UnhealthyView& row) override {
    auto& json = http::JsonWriter::begin();
    json.object().key("containerID").number(row.container.value);
    json.key("missingSince").integer(row.since).key("keys").number(keys_of(txn, row.container));
    write_pipeline_and_replicas(json, row);
    json.end_object();
    return json.text();
  }
};

// As releases from 2.2 on say it (spec/recon.md §4.5.1).
std::string_view reason_of(HealthState state) {
  switch (state) {
    case HealthState::empty_missing:
      return "Container has no replicas and no keys";
    case HealthState::missing:
      return "No replicas available";
    case HealthState::over_replicated:
      return "Excess replicas";
    case HealthState::under_replicated:
      return "Insufficient replicas";
  }
}

class StateRows final : public UnhealthyRows {
 public:
  StateRows(const Context& context, UnhealthyQuery query, std::int64_t limit)
      : UnhealthyRows(context.store.cluster(), query, limit), reason_text_(context.reason_text) {}

  void write_head(http::JsonWriter& json) override {
    json.key("missingCount").number(count_of(HealthState::missing));
    json.key("underReplicatedCount").number(count_of(HealthState::under_replicated));
    json.key("overReplicatedCount").number(count_of(HealthState::over_replicated));
    json.key("misReplicatedCount").integer(0).key("replicaMismatchCount").integer(0);
  }
  void write_sums(http::JsonWriter& json, std::int64_t) override {
    json.key("firstKey").number(first_).key("lastKey").number(last_);
  }
  void write_tail(http::JsonWriter& json, std::string_view) override {
    json.key("emptyMissingCount").number(count_of(HealthState::empty_missing));
    json.key("negativeSizeCount").integer(0);
  }

 private:
  std::string_view text_of_row(const storage::ReadTxn& txn, const UnhealthyView& row) override {
    auto& json = http::JsonWriter::begin();
    json.object().key("containerID").number(row.container.value);
    json.key("containerState").string(to_wire(row.state));
    json.key("unhealthySince").integer(row.since);
    json.key("expectedReplicaCount").number(row.expected);
    json.key("actualReplicaCount").number(row.actual);
    json.key("replicaDeltaCount").integer(delta_of(row));
    json.key("reason");
    reason_text_ ? json.string(reason_of(row.state)) : json.null();
    json.key("keys").number(keys_of(txn, row.container));
    write_pipeline_and_replicas(json, row);
    json.end_object();
    return json.text();
  }

  bool reason_text_;
};

std::uint64_t positive(const http::Exchange& exchange, std::string_view name) {
  return static_cast<std::uint64_t>(std::max(query_integer(exchange, name, 0), std::int64_t{0}));
}

// No filter: of no container.
std::unique_ptr<http::Deferred> answer_states(Context& context, http::Exchange& exchange,
                                              std::optional<UnhealthyFilter> filter) {
  const auto limit = query_integer(exchange, "limit", limits::insight_rows);
  UnhealthyQuery query{.filter = filter.value_or(UnhealthyFilter::listed),
                       .after = positive(exchange, "minContainerId"),
                       .before = positive(exchange, "maxContainerId")};
  const auto batch = query_integer(exchange, "batchNum", 1);
  if (query.after == 0 && query.before == 0 && batch > 1 && limit > 0) {
    query.skipped = static_cast<std::uint64_t>(batch - 1) * static_cast<std::uint64_t>(limit);
  }
  return answer_rows(context, exchange, "containers", filter ? limit : 0,
                     rows_of(StateRows(context, query, filter ? limit : 0)));
}

}  // namespace

bool is_unhealthy_state(std::string_view name) {
  return std::ranges::find(states, name, &State::name) != std::end(states);
}

void answer_no_state(http::Exchange& exchange, std::string_view name) {
  answer_error(exchange, 400, "state is none of containers: " + std::string(name));
}

std::optional<UnhealthyFilter> unhealthy_filter(std::string_view name) {
  const auto found = std::ranges::find(states, name, &State::name);
  return found == std::end(states) ? std::nullopt : found->filter;
}

std::string_view to_wire(HealthState state) {
  switch (state) {
    case HealthState::empty_missing:
      return "EMPTY_MISSING";
    case HealthState::missing:
      return "MISSING";
    case HealthState::over_replicated:
      return "OVER_REPLICATED";
    case HealthState::under_replicated:
      return "UNDER_REPLICATED";
  }
}

std::int64_t delta_of(const UnhealthyView& container) {
  return static_cast<std::int64_t>(container.expected) -
         static_cast<std::int64_t>(container.actual);
}

std::unique_ptr<http::Deferred> missing_containers(Context& context, http::Exchange& exchange) {
  const auto limit = query_integer(exchange, "limit", limits::insight_rows);
  const UnhealthyQuery query{.filter = UnhealthyFilter::missing};
  return answer_rows(context, exchange, "containers", limit,
                     rows_of(MissingRows(context.store.cluster(), query, limit)));
}

std::unique_ptr<http::Deferred> unhealthy_containers(Context& context, http::Exchange& exchange) {
  return answer_states(context, exchange, UnhealthyFilter::listed);
}

std::unique_ptr<http::Deferred> unhealthy_containers_of(Context& context,
                                                        http::Exchange& exchange) {
  const auto name = exchange.path_arg("state").text;
  if (!is_unhealthy_state(name)) {
    answer_no_state(exchange, name);
    return nullptr;
  }
  return answer_states(context, exchange, unhealthy_filter(name));
}

// A replica that lost its leader cannot be: there is one log.
void quasi_closed_containers(Context&, http::Exchange& exchange) {
  const auto limit = query_integer(exchange, "limit", limits::insight_rows);
  const auto after = query_integer(exchange, "minContainerId", 0);
  if (limit < 0) return answer_error(exchange, 400, "limit must be >= 0");
  if (after < 0) return answer_error(exchange, 400, "minContainerId must be >= 0");
  auto& json = http::JsonWriter::begin();
  json.object().key("quasiClosedCount").integer(0).key("firstKey").integer(after);
  json.key("lastKey").integer(after).key("containers").array().end_array().end_object();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
