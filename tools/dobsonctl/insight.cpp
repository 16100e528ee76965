// recon: what the insight API tells, for people.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/http_client.h"
#include "tools/dobsonctl/insight_wire.h"
#include "tools/dobsonctl/interrupt.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/path.h"
#include "tools/dobsonctl/table.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

using Side = Table::Side;

// Of tables that are printed in parts.
constexpr std::size_t id_width = 12;
constexpr std::size_t count_width = 12;

// Whoever refuses with a code is the object API.
Try<Reply> ask(Client& client, std::string target) {
  auto reply = client.perform({.method = "GET", .target = std::move(target)});
  if (reply.ok() || reply.error().exit != Exit::failed || interrupted()) return reply;
  std::string& code = reply.error().code;
  code = !code.empty()            ? "notInsight"
         : reply.error().may_pass ? "serviceUnavailable"
                                  : "insightRefused";
  return reply;
}

// The answer as it came, for --json; else read by `parse` and shown by `show`.
template <class Parse, class Show>
Try<Exit> answer(const Context& context, const std::string& target, const Parse& parse,
                 const Show& show) {
  Client client(context.server);
  const Reply reply = TRY(ask(client, target));
  if (context.json) {
    print(stdout, "{}\n", reply.body);
    return Exit::done;
  }
  const auto read = TRY(parse(reply.body));
  TRY(show(read));
  return Exit::done;
}

// Page after page, each from where the one before it ended. `first`: the target, to which the place
// is added.
template <class Parse, class Show>
Try<Exit> answer_pages(const Context& context, const std::string& first, const Parse& parse,
                       const Show& show) {
  Client client(context.server);
  for (std::int64_t after = 0;;) {
    const Reply reply = TRY(ask(client, fmt::format("{}{}", first, after)));
    const auto page = TRY(parse(reply.body));
    if (context.json) {
      print(stdout, "{}\n", reply.body);
    } else {
      show(page);
    }
    if (page.rows.empty()) return Exit::done;
    if (page.last <= after) return Failure{.reason = "the server's pages do not go on"};
    after = page.last;
  }
}

// What a page below /namespace tells of a path; `more` of the query.
template <class Parse, class Show>
Try<Exit> answer_path(const Context& context, std::string_view page, const std::string& path,
                      std::string_view more, const Parse& parse, const Show& show) {
  TRY(parse_path(path));
  const std::string target =
      fmt::format("/api/v1/namespace/{}?path={}{}", page, percent_encode(path, "/"), more);
  return answer(context, target, parse,
                [&](const auto& read) -> Try<void> { return show(path, read); });
}

// `lacks`: what is said of a path that the page does not apply to.
Try<void> check(PathStatus status, const std::string& path, std::string_view lacks) {
  const auto failure = [&path](std::string_view what, std::string code) {
    return Failure{.reason = fmt::format("'{}' {}", printable(path), what),
                   .code = std::move(code)};
  };
  switch (status) {
    case PathStatus::not_found:
      return failure("is not there", "pathNotFound");
    case PathStatus::not_applicable:
      return failure(lacks, "pathNotApplicable");
    case PathStatus::initializing:
      return failure("is not counted yet", "insightInitializing");
    case PathStatus::ok:
      return {};
  }
  return {};
}

std::string size_text(std::int64_t bytes) {
  return bytes < 0 ? "-" : human_size(static_cast<double>(bytes));
}

std::string count_text(std::int64_t count) {
  return count < 0 ? "-" : grouped(static_cast<std::uint64_t>(count));
}

std::string share_text(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "-";
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

Try<void> show_sizes(const std::string& path, const PathSizes& sizes) {
  TRY(check(sizes.status, path, ""));
  Table table({{"SIZE"}, {"ALL COPIES"}, {"SHARE"}, {"PATH", Side::left}});
  for (const auto& child : sizes.children) {
    table.add({size_text(child.bytes), size_text(child.copied_bytes),
               share_text(child.bytes, sizes.bytes), child.path + (child.is_key ? "" : "/")});
  }
  const auto shown = static_cast<std::int64_t>(sizes.children.size());
  if (sizes.child_count > shown) {
    table.add({"", "", "",
               fmt::format("and {} smaller ones",
                           grouped(static_cast<std::uint64_t>(sizes.child_count - shown)))});
  }
  table.add({size_text(sizes.bytes), size_text(sizes.copied_bytes), "", path});
  print(stdout, "{}", table.take());
  return {};
}

Try<void> show_summary(const std::string& path, const PathSummary& summary) {
  TRY(check(summary.status, path, ""));
  const auto count = [](std::string_view name, std::int64_t number) {
    if (number >= 0) print_field(name, count_text(number));
  };
  const auto time = [](std::string_view name, std::int64_t at) {
    if (at > 0) print_field(name, utc_text(at) + " UTC");
  };
  print_field("path", printable(path));
  print_field("type", printable(summary.type));
  if (summary.type != "KEY") {
    count("volumes", summary.volumes);
    count("buckets", summary.buckets);
    count("directories", summary.directories);
    count("keys", summary.keys);
  } else {
    print_size(static_cast<std::uint64_t>(std::max<std::int64_t>(summary.bytes, 0)));
  }
  if (!summary.owner.empty()) print_field("owner", printable(summary.owner));
  if (!summary.layout.empty()) print_field("layout", printable(summary.layout));
  time("created", summary.created);
  time("modified", summary.modified);
  return {};
}

Try<void> show_quota(const std::string& path, const PathQuota& quota) {
  TRY(check(quota.status, path, "has no quota: it is a directory or a key"));
  const auto size = [](std::int64_t bytes) {
    return fmt::format("{} ({})", count_text(bytes), size_text(bytes));
  };
  print_field("path", printable(path));
  print_field("used", size(quota.used));
  if (quota.allowed < 0) {
    print_field("allowed", "no limit");
    return {};
  }
  const std::int64_t left = quota.allowed - std::clamp<std::int64_t>(quota.used, 0, quota.allowed);
  print_field("allowed", size(quota.allowed));
  print_field("left", fmt::format("{}, {}", size(left), share_text(left, quota.allowed)));
  return {};
}

// Rows without keys are left out.
Try<void> show_distribution(const std::string& path, const PathDistribution& sizes) {
  TRY(check(sizes.status, path, "is one key; see its size with 'dobsonctl recon summary'"));
  constexpr double longest = 40;
  double all = 0;
  double most = 1;
  for (const auto keys : sizes.keys) {
    all += static_cast<double>(keys);
    most = std::max(most, static_cast<double>(keys));
  }
  Table table({{"UP TO"}, {"KEYS"}, {"SHARE"}, {"", Side::left}});
  for (std::size_t i = 0; i < sizes.keys.size(); ++i) {
    const auto keys = static_cast<double>(sizes.keys[i]);
    if (keys <= 0) continue;
    const bool last = i + 1 == sizes.keys.size();
    table.add({last ? "more" : human_size(std::ldexp(1024, static_cast<int>(i))),
               count_text(sizes.keys[i]), fmt::format("{:.1f} %", 100 * keys / all),
               std::string(static_cast<std::size_t>(std::ceil(longest * keys / most)), '#')});
  }
  table.add({"all", fmt::format("{:.0f}", all), "", ""});
  print(stdout, "{}", table.take());
  return {};
}

Try<void> show_nodes(const std::vector<NodeRow>& nodes) {
  Table table({{"STATE", Side::left},
               {"OPERATION", Side::left},
               {"USED"},
               {"FREE"},
               {"CAPACITY"},
               {"CONTAINERS"},
               {"LAST HEARTBEAT UTC", Side::left},
               {"HOST", Side::left}});
  for (const NodeRow& node : nodes) {
    table.add({node.state, node.operation, size_text(node.used), size_text(node.remaining),
               size_text(node.capacity), count_text(node.containers), utc_text(node.heartbeat),
               node.host});
  }
  print(stdout, "{}", table.take());
  return {};
}

Try<void> show_tasks(const std::vector<TaskRow>& tasks) {
  Table table({{"LAST RUN UTC", Side::left},
               {"RESULT", Side::left},
               {"NOW", Side::left},
               {"POSITION"},
               {"TASK", Side::left}});
  for (const TaskRow& task : tasks) {
    const std::string_view good = task.updated > 0 ? "done" : "-";
    table.add({utc_text(task.updated), std::string(task.failed ? "failed" : good),
               task.runs ? "runs" : "waits", count_text(task.position), task.name});
  }
  print(stdout, "{}", table.take());
  return {};
}

// The counts are of the cluster, whatever the page.
void show_counts(const UnhealthyPage& page) {
  print(stdout, "{} missing, {} under-replicated, {} over-replicated, {} misplaced, {} unlike\n",
        count_text(page.missing), count_text(page.under_replicated),
        count_text(page.over_replicated), count_text(page.mis_replicated),
        count_text(page.mismatched));
}

void add_rows(Table& table, const UnhealthyPage& page) {
  for (const auto& row : page.rows) {
    std::string hosts;
    for (const std::string& host : row.hosts) hosts += (hosts.empty() ? "" : ", ") + host;
    table.add({std::to_string(row.container), row.state,
               fmt::format("{} of {}", row.actual, row.expected), count_text(row.keys),
               utc_text(row.since), hosts});
  }
}

}  // namespace

Try<Exit> recon_usage(const Context& context, const std::string& path) {
  return answer_path(context, "usage", path, "&files=true&replica=true&sortSubPaths=true",
                     parse_path_sizes, show_sizes);
}

Try<Exit> recon_summary(const Context& context, const std::string& path) {
  return answer_path(context, "summary", path, "", parse_path_summary, show_summary);
}

Try<Exit> recon_quota(const Context& context, const std::string& path) {
  return answer_path(context, "quota", path, "", parse_path_quota, show_quota);
}

Try<Exit> recon_distribution(const Context& context, const std::string& path) {
  return answer_path(context, "dist", path, "", parse_path_distribution, show_distribution);
}

Try<Exit> recon_unhealthy(const Context& context, const std::string& state) {
  Table table({{"CONTAINER", Side::right, id_width},
               {"STATE", Side::left, std::string_view("UNDER_REPLICATED").size()},
               {"COPIES"},
               {"KEYS", Side::right, count_width},
               {"SINCE UTC", Side::left},
               {"HOSTS", Side::left}});
  bool counted = false;
  const std::string target =
      fmt::format("/api/v1/containers/unhealthy{}?limit=1000&minContainerId=",
                  state.empty() ? "" : "/" + state);
  return answer_pages(context, target, parse_unhealthy, [&](const UnhealthyPage& page) {
    if (!std::exchange(counted, true)) show_counts(page);
    if (page.rows.empty()) return;
    add_rows(table, page);
    print(stdout, "{}", table.take());
  });
}

Try<Exit> recon_containers(const Context& context) {
  Table table({{"CONTAINER", Side::right, id_width}, {"KEYS", Side::right, count_width}});
  return answer_pages(context, "/api/v1/containers?limit=1000&prevKey=", parse_containers,
                      [&table](const ContainerPage& page) {
                        for (const auto& row : page.rows)
                          table.add({std::to_string(row.container), count_text(row.keys)});
                        print(stdout, "{}", table.take());
                      });
}

Try<Exit> recon_nodes(const Context& context) {
  return answer(context, "/api/v1/datanodes", parse_nodes, show_nodes);
}

Try<Exit> recon_tasks(const Context& context) {
  return answer(context, "/api/v1/task/status", parse_tasks, show_tasks);
}

}  // namespace dobson::ctl
