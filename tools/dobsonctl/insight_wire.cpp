#include "tools/dobsonctl/insight_wire.h"

#include <utility>

#include "tools/dobsonctl/fields.h"

namespace dobson::ctl {

namespace {

PathStatus read_status(Fields& fields) {
  constexpr std::pair<std::string_view, PathStatus> known[] = {
      {"OK", PathStatus::ok},
      {"PATH_NOT_FOUND", PathStatus::not_found},
      {"TYPE_NOT_APPLICABLE", PathStatus::not_applicable}};
  const std::string status = fields.text("status");
  for (const auto& [name, value] : known) {
    if (name == status) return value;
  }
  return PathStatus::initializing;
}

// A body with `status`, of which the rest is read by `use` if that is OK.
template <class Value, class Use>
Try<Value> parse_path_page(std::string_view body, const Use& use) {
  return parse_object<Value>(body, [&use](dom::object object, Value& value) {
    Fields fields(object);
    value.status = read_status(fields);
    if (value.status == PathStatus::ok) use(fields, value);
    return fields.error();
  });
}

simdjson::error_code read_node(dom::object row, std::vector<NodeRow>& nodes) {
  Fields fields(row);
  NodeRow node{.host = fields.text("hostname"),
               .state = fields.text("state"),
               .operation = fields.text_or("opState", ""),
               .heartbeat = fields.if_there<std::int64_t>("lastHeartbeat").value_or(0),
               .capacity = 0,
               .used = 0,
               .remaining = 0,
               .containers = fields.if_there<std::int64_t>("containers").value_or(0)};
  fields.read("storageReport", [&node](Fields& report) {
    node.capacity = report.integer("capacity");
    node.used = report.integer("used");
    node.remaining = report.integer("remaining");
  });
  nodes.push_back(std::move(node));
  return fields.error();
}

simdjson::error_code read_task(dom::object row, std::vector<TaskRow>& tasks) {
  Fields fields(row);
  tasks.push_back({.name = fields.text("taskName"),
                   .updated = fields.integer("lastUpdatedTimestamp"),
                   .position = fields.integer("lastUpdatedSeqNumber"),
                   .failed = fields.integer("lastTaskRunStatus") != 0,
                   .runs = fields.integer("isCurrentTaskRunning") != 0});
  return fields.error();
}

simdjson::error_code read_unhealthy(dom::object row, std::vector<UnhealthyPage::Row>& rows) {
  Fields fields(row);
  UnhealthyPage::Row read{.container = fields.integer("containerID"),
                          .state = fields.text("containerState"),
                          .since = fields.integer("unhealthySince"),
                          .expected = fields.integer("expectedReplicaCount"),
                          .actual = fields.integer("actualReplicaCount"),
                          .keys = fields.integer("keys"),
                          .hosts = {}};
  fields.each("replicas", [&read](dom::object replica) {
    Fields of_replica(replica);
    read.hosts.push_back(of_replica.text("datanodeHost"));
    return of_replica.error();
  });
  rows.push_back(std::move(read));
  return fields.error();
}

}  // namespace

Try<PathSizes> parse_path_sizes(std::string_view body) {
  return parse_path_page<PathSizes>(body, [](Fields& fields, PathSizes& sizes) {
    sizes.bytes = fields.integer("size");
    sizes.copied_bytes = fields.integer("sizeWithReplica");
    sizes.child_count = fields.integer("subPathCount");
    fields.each("subPaths", [&sizes](dom::object row) {
      Fields child(row);
      sizes.children.push_back({.path = child.text("path"),
                                .bytes = child.integer("size"),
                                .copied_bytes = child.integer("sizeWithReplica"),
                                .is_key = child.flag("isKey")});
      return child.error();
    });
  });
}

Try<PathSummary> parse_path_summary(std::string_view body) {
  return parse_path_page<PathSummary>(body, [](Fields& fields, PathSummary& summary) {
    summary.type = fields.text("type");
    fields.read("countStats", [&summary](Fields& counts) {
      summary.volumes = counts.integer("numVolume");
      summary.buckets = counts.integer("numBucket");
      summary.directories = counts.integer("numDir");
      summary.keys = counts.integer("numKey");
    });
    const auto own = fields.if_there<dom::object>("objectInfo");
    if (!own) return;
    Fields object(*own);
    summary.owner = object.if_there<std::string_view>("owner").value_or("");
    summary.layout = object.if_there<std::string_view>("bucketLayout").value_or("");
    summary.bytes = object.if_there<std::int64_t>("dataSize").value_or(0);
    summary.created = object.if_there<std::int64_t>("creationTime").value_or(0);
    summary.modified = object.if_there<std::int64_t>("modificationTime").value_or(0);
  });
}

Try<PathQuota> parse_path_quota(std::string_view body) {
  return parse_path_page<PathQuota>(body, [](Fields& fields, PathQuota& quota) {
    quota.allowed = fields.integer("allowed");
    quota.used = fields.integer("used");
  });
}

Try<PathDistribution> parse_path_distribution(std::string_view body) {
  return parse_path_page<PathDistribution>(
      body, [](Fields& fields, PathDistribution& sizes) { fields.integers("dist", sizes.keys); });
}

Try<UnhealthyPage> parse_unhealthy(std::string_view body) {
  return parse_object<UnhealthyPage>(body, [](dom::object object, UnhealthyPage& page) {
    Fields fields(object);
    page.missing = fields.integer("missingCount");
    page.under_replicated = fields.integer("underReplicatedCount");
    page.over_replicated = fields.integer("overReplicatedCount");
    page.mis_replicated = fields.integer("misReplicatedCount");
    page.mismatched = fields.if_there<std::int64_t>("replicaMismatchCount").value_or(0);
    page.last = fields.integer("lastKey");
    fields.each("containers", [&page](dom::object row) { return read_unhealthy(row, page.rows); });
    return fields.error();
  });
}

Try<ContainerPage> parse_containers(std::string_view body) {
  return parse_object<ContainerPage>(body, [](dom::object object, ContainerPage& page) {
    Fields fields(object);
    fields.read("data", [&page](Fields& data) {
      page.last = data.integer("prevKey");
      data.each("containers", [&page](dom::object row) {
        Fields read(row);
        page.rows.push_back({read.integer("ContainerID"), read.integer("NumberOfKeys")});
        return read.error();
      });
    });
    return fields.error();
  });
}

Try<std::vector<NodeRow>> parse_nodes(std::string_view body) {
  using Nodes = std::vector<NodeRow>;
  return parse_object<Nodes>(body, [](dom::object object, Nodes& nodes) {
    Fields fields(object);
    fields.each("datanodes", [&nodes](dom::object row) { return read_node(row, nodes); });
    return fields.error();
  });
}

Try<std::vector<TaskRow>> parse_tasks(std::string_view body) {
  dom::parser parser;
  dom::array rows;
  if (const auto error = parse(parser, body).get(rows)) return not_understood(error);
  std::vector<TaskRow> tasks;
  const auto read = [&tasks](dom::object row) { return read_task(row, tasks); };
  std::size_t count = 0;
  if (const auto error = each_of(rows, read, count)) return not_understood(error);
  return tasks;
}

}  // namespace dobson::ctl
