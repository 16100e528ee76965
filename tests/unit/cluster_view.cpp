// Nodes, replicas and pages of what is unhealthy, as they are reported.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "storage/blocks/node_file.h"
#include "storage/cluster/cluster.h"

namespace dobson::storage {
namespace {

constexpr Uuid node_a{1, 1};
constexpr Uuid node_b{1, 2};
constexpr UnixMillis start = 1'000'000;

ReplicaReport report_of(std::uint64_t container, ReplicaFile::Shape shape, bool has_keys = true,
                        ContainerState state = ContainerState::closed) {
  ReplicaReport report{{ContainerId{container}, state, 1, has_keys ? 1U : 0U}, {}};
  report.file.shape = shape;
  return report;
}

struct View {
  View() {
    cluster.join(node_b, "b", "/b", start);
    cluster.join(node_a, "a", "/a", start);
    cluster.heartbeat(node_a, start, {});
    cluster.heartbeat(node_b, start, {});
  }

  void report(std::uint64_t container, ReplicaFile::Shape shape, UnixMillis now = start) {
    cluster.report(node_a, now, std::vector{report_of(container, shape)});
  }
  std::vector<std::uint64_t> page(const UnhealthyQuery& query) {
    std::vector<std::uint64_t> ids;
    for (const UnhealthyView& row : cluster.unhealthy(query).rows)
      ids.push_back(row.container.value);
    return ids;
  }

  Cluster cluster{{}, {}, start};
};

using Ids = std::vector<std::uint64_t>;
using enum ReplicaFile::Shape;

BOOST_FIXTURE_TEST_SUITE(cluster_view, View)

BOOST_AUTO_TEST_CASE(nodes_by_host_with_what_they_hold) {
  cluster.report(node_a, start, std::vector{report_of(1, whole, true, ContainerState::open)});
  cluster.report(node_a, start, std::vector{report_of(2, damaged)});
  cluster.report(node_b, start, std::vector{report_of(3, whole)});
  cluster.join({1, 0}, "c", "/c", start);
  const auto nodes = cluster.nodes(start);
  BOOST_TEST_REQUIRE(nodes.size() == 3u);
  BOOST_TEST(nodes[0].host == "a");
  BOOST_TEST(nodes[0].containers == 2u);
  BOOST_TEST(nodes[0].open_containers == 1u);
  BOOST_TEST(nodes[1].containers == 1u);
  BOOST_TEST(nodes[1].open_containers == 0u);
  BOOST_TEST(nodes[2].host == "c");
}

BOOST_AUTO_TEST_CASE(a_silent_node_ages) {
  const auto state_at = [&](UnixMillis silent) { return cluster.nodes(start + silent)[0].state; };
  BOOST_TEST((state_at(5 * 60'000 - 1) == NodeState::healthy));
  BOOST_TEST((state_at(5 * 60'000) == NodeState::stale));
  BOOST_TEST((state_at(10 * 60'000 - 1) == NodeState::stale));
  BOOST_TEST((state_at(10 * 60'000) == NodeState::dead));
  cluster.heartbeat(node_a, start + 10 * 60'000, {});
  BOOST_TEST((state_at(10 * 60'000) == NodeState::healthy));
}

BOOST_AUTO_TEST_CASE(replicas_of_a_dead_node_are_gone) {
  report(1, whole);
  BOOST_TEST(!cluster.age(start + 1000));
  BOOST_TEST(cluster.age(start + 5 * 60'000));
  BOOST_TEST(!cluster.age(start + 5 * 60'000));
  BOOST_TEST(page({.limit = 10}).empty());
  report(1, whole, start + 1000);
  cluster.take_changes(false);
  BOOST_TEST(cluster.age(start + 10 * 60'000));
  BOOST_TEST(cluster.take_changes(false).replicas.begin()->second->last_seen == start + 1000);
  BOOST_TEST((page({.limit = 10}) == Ids{1}));
  BOOST_TEST(cluster.replicas(ContainerId{1}).empty());
  BOOST_TEST(cluster.history(ContainerId{1}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_dead_node_keeps_the_number_of_its_containers) {
  for (const std::uint64_t id : {1, 2}) report(id, whole);
  cluster.report(node_a, start,
                 std::vector{report_of(2, missing, false, ContainerState::deleting)});
  cluster.report(node_a, start, std::vector{report_of(3, whole, true, ContainerState::open)});
  const auto counted = [&](UnixMillis time) { return cluster.nodes(time)[0].containers; };
  BOOST_TEST(counted(start) == 2u);
  const UnixMillis late = start + 10 * 60'000;
  cluster.age(late);
  BOOST_TEST(counted(late) == 2u);
  BOOST_TEST(cluster.nodes(late)[0].open_containers == 0u);
  cluster.heartbeat(node_a, late, {});
  BOOST_TEST(counted(late) == 0u);  // until it reports them again
}

BOOST_AUTO_TEST_CASE(an_open_container_holds_its_dead_node) {
  cluster.report(node_a, start, std::vector{report_of(1, whole, true, ContainerState::open)});
  const UnixMillis late = start + 10 * 60'000;
  BOOST_TEST((cluster.remove(node_a, late - 1) == Removal::not_dead));
  BOOST_TEST((cluster.remove(node_a, late) == Removal::holds_open_container));
  cluster.age(late);
  BOOST_TEST((cluster.remove(node_a, late) == Removal::holds_open_container));
  cluster.judge_again(late, std::vector{report_of(1, whole).container});
  NodeView removed;
  BOOST_TEST((cluster.remove(node_a, late, &removed) == Removal::removed));
  BOOST_TEST(removed.host == "a");
  BOOST_TEST((cluster.remove(node_a, late) == Removal::unknown));
  BOOST_TEST(cluster.nodes(late).size() == 1u);
  BOOST_TEST(cluster.history(ContainerId{1}).at(0).host == "a");
}

BOOST_AUTO_TEST_CASE(a_pipeline_is_a_set_of_nodes_that_are_heard) {
  cluster.sync_pipelines(start);
  cluster.report(node_a, start, std::vector{report_of(1, whole, true, ContainerState::open)});
  report(2, whole);
  const auto pipelines = cluster.pipelines();
  BOOST_TEST_REQUIRE(pipelines.size() == 2u);
  BOOST_TEST((pipelines[0].id == uuid_of_nodes({node_a})));
  BOOST_TEST((pipelines[0].nodes == std::vector{node_a}));
  BOOST_TEST(pipelines[0].created == start);
  BOOST_TEST(pipelines[0].open_containers == 1u);
  BOOST_TEST(pipelines[1].open_containers == 0u);
  cluster.heartbeat(node_b, start + 5 * 60'000, {});
  cluster.sync_pipelines(start + 5 * 60'000);
  BOOST_TEST(cluster.pipelines().size() == 1u);
}

// RFC 4122: version 3, whose digest is MD5 of the two uuids' bytes.
BOOST_AUTO_TEST_CASE(the_uuid_of_a_set_of_nodes) {
  BOOST_TEST((uuid_of_nodes({node_a, node_b}) == uuid_of_nodes({node_b, node_a})));
  BOOST_TEST((uuid_of_nodes({node_a, node_b}) != uuid_of_nodes({node_a})));
  const std::string text = text_of(uuid_of_nodes({node_a}));
  BOOST_TEST(text.at(14) == '3');
  BOOST_TEST(std::string("89ab").find(text.at(19)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(history_has_the_last_seen_first) {
  cluster.report(node_a, start, std::vector{report_of(1, whole)});
  cluster.report(node_b, start + 1, std::vector{report_of(1, whole)});
  const auto history = cluster.history(ContainerId{1});
  BOOST_TEST_REQUIRE(history.size() == 2u);
  BOOST_TEST((history[0].node == node_b));
  BOOST_TEST(history[0].first_seen == start + 1);
  cluster.report(node_a, start + 1, std::vector{report_of(1, whole)});
  BOOST_TEST((cluster.history(ContainerId{1})[0].node == node_a));
  BOOST_TEST(cluster.history(ContainerId{2}).empty());
  for (const Uuid& node : {node_b, node_a})
    cluster.report(node, start, std::vector{report_of(3, whole)});
  BOOST_TEST((cluster.history(ContainerId{3})[0].node == node_a));
  BOOST_TEST((page({.filter = UnhealthyFilter::over_replicated, .limit = 10}) == Ids{1, 3}));
}

BOOST_AUTO_TEST_CASE(a_row_shows_the_replicas_that_there_are) {
  cluster.report(node_b, start, std::vector{report_of(1, whole)});
  cluster.report(node_b, start, std::vector{report_of(1, missing)});
  report(1, damaged, start + 1);
  const UnhealthyView row = cluster.unhealthy({.limit = 1}).rows.at(0);
  BOOST_TEST((row.pipeline == uuid_of_nodes({node_a})));
  BOOST_TEST_REQUIRE(row.replicas.size() == 1u);
  BOOST_TEST((row.replicas[0].node == node_a));
}

BOOST_AUTO_TEST_CASE(not_all_replicas_are_bad) {
  ReplicaReport three = report_of(1, whole);
  three.container.replication = Replication::three;
  cluster.report(node_a, start, std::vector{three});
  BOOST_TEST((page({.filter = UnhealthyFilter::under_replicated, .limit = 9}) == Ids{1}));
  BOOST_TEST((page({.filter = UnhealthyFilter::all_replicas_bad, .limit = 9}) == Ids{}));
  BOOST_TEST(cluster.unhealthy({.limit = 1}).rows.at(0).actual == 1u);
  cluster.report(node_b, start, std::vector{three});
  BOOST_TEST(cluster.unhealthy({.limit = 1}).rows.at(0).actual == 2u);
}

BOOST_AUTO_TEST_CASE(a_remembered_container_is_judged_once_it_is_reported) {
  LocalRows remembered;
  remembered.replicas[{ContainerId{1}, node_a}] = ReplicaRecord{};
  Cluster restarted({}, remembered, start);
  restarted.judge_again(start, std::vector{report_of(1, whole).container});
  BOOST_TEST(restarted.unhealthy({.limit = 1}).rows.empty());
}

// As a later Dobson may leave them (spec/recon.md §9, D28).
BOOST_AUTO_TEST_CASE(a_page_has_all_rows_of_its_last_container) {
  LocalRows remembered;
  for (const std::uint64_t id : {1, 2, 3}) {
    for (const HealthState state : {HealthState::missing, HealthState::under_replicated})
      remembered.unhealthy[{ContainerId{id}, state}] = UnhealthyRecord{};
  }
  const Cluster restarted({}, remembered, start);
  const auto ids = [&](const UnhealthyQuery& query) {
    Ids found;
    for (const UnhealthyView& row : restarted.unhealthy(query).rows)
      found.push_back(row.container.value);
    return found;
  };
  BOOST_TEST((ids({.limit = 1}) == Ids{1, 1}));
  BOOST_TEST((ids({.after = 1, .limit = 3}) == Ids{2, 2, 3, 3}));
  BOOST_TEST((ids({.before = 3, .limit = 1}) == Ids{2, 2}));
}

BOOST_AUTO_TEST_CASE(pages_forward_and_backward) {
  for (std::uint64_t id = 1; id <= 9; ++id) report(id, id % 3 == 0 ? damaged : missing);
  report(5, whole);
  BOOST_TEST((page({.limit = 3}) == Ids{1, 2, 3}));
  BOOST_TEST((page({.after = 3, .limit = 3}) == Ids{4, 6, 7}));
  BOOST_TEST((page({.after = 9, .limit = 3}) == Ids{}));
  BOOST_TEST((page({.after = UINT64_MAX, .limit = 3}) == Ids{}));
  BOOST_TEST((page({.before = 7, .limit = 3}) == Ids{3, 4, 6}));
  BOOST_TEST((page({.after = 5, .before = 3, .limit = 9}) == Ids{1, 2}));
  BOOST_TEST((page({.skipped = 3, .limit = 3}) == Ids{4, 6, 7}));
  BOOST_TEST((page({.skipped = 7, .limit = 3}) == Ids{9}));
  BOOST_TEST((page({.limit = 0}) == Ids{}));
  BOOST_TEST((page({.filter = UnhealthyFilter::missing, .after = 1, .limit = 2}) == Ids{2, 4}));
  BOOST_TEST((page({.filter = UnhealthyFilter::under_replicated, .limit = 9}) == Ids{3, 6, 9}));
  BOOST_TEST((page({.filter = UnhealthyFilter::all_replicas_bad, .limit = 9}) == Ids{3, 6, 9}));
  BOOST_TEST((page({.filter = UnhealthyFilter::empty_missing, .limit = 9}) == Ids{}));
  const auto counts = cluster.unhealthy({.limit = 0}).counts;
  BOOST_TEST(counts[static_cast<std::size_t>(HealthState::missing)] == 5u);
  BOOST_TEST(counts[static_cast<std::size_t>(HealthState::under_replicated)] == 3u);
}

BOOST_AUTO_TEST_CASE(a_state_keeps_its_time_and_another_one_has_its_own) {
  report(1, missing, start);
  report(1, missing, start + 1);
  BOOST_TEST(cluster.unhealthy({.limit = 1}).rows.at(0).since == start);
  report(1, damaged, start + 2);
  BOOST_TEST(cluster.unhealthy({.limit = 9}).rows.size() == 1u);
  BOOST_TEST(cluster.unhealthy({.limit = 1}).rows.at(0).since == start + 2);
  report(1, whole, start + 3);
  report(1, missing, start + 4);
  BOOST_TEST(cluster.unhealthy({.limit = 1}).rows.at(0).since == start + 4);
}

BOOST_AUTO_TEST_CASE(only_what_changes_is_to_be_written) {
  report(1, whole);
  report(2, missing);
  LocalRows changes = cluster.take_changes(false);
  BOOST_TEST(changes.nodes.size() == 2u);
  BOOST_TEST(changes.replicas.size() == 1u);
  BOOST_TEST(changes.unhealthy.size() == 1u);
  report(1, whole, start + 1000);
  report(2, missing, start + 1000);
  BOOST_TEST(cluster.take_changes(false).empty());
  BOOST_TEST((cluster.take_changes(true).replicas.begin()->second->last_seen == start + 1000));

  const auto written = [&](ReplicaFile::Shape shape, UnixMillis now) {
    report(1, shape, now);
    const LocalRows rows = cluster.take_changes(false);
    return rows.replicas.empty() ? std::nullopt : rows.replicas.begin()->second;
  };
  BOOST_TEST((written(damaged, start + 2000)->state == ReplicaState::unhealthy));
  report(1, damaged, start + 3000);
  BOOST_TEST(written(missing, start + 4000)->last_seen == start + 3000);
  BOOST_TEST(!written(missing, start + 5000).has_value());
  BOOST_TEST(written(damaged, start + 6000)->last_seen == start + 6000);

  report(2, whole, start + 7000);
  cluster.give_back(std::move(changes));  // a write that failed takes nothing back
  const LocalRows again = cluster.take_changes(false);
  BOOST_TEST(again.nodes.size() == 2u);
  BOOST_TEST(again.replicas.size() == 2u);
  BOOST_TEST(!again.unhealthy.begin()->second.has_value());
}

BOOST_AUTO_TEST_CASE(readers_and_the_job_at_once, *boost::unit_test::label("tsan")) {
  constexpr std::uint64_t containers = 500;
  std::atomic<bool> ended{false};
  std::atomic<std::uint64_t> rows{0};
  const auto read = [&] {
    while (!ended) {
      const UnhealthyPage page = cluster.unhealthy({.limit = 100});
      std::uint64_t all = 0;
      for (const std::uint64_t count : page.counts) all += count;
      if (page.rows.size() > all) std::abort();
      rows += page.rows.size() + cluster.nodes(start).size() + cluster.pipelines().size() +
              cluster.history(ContainerId{7}).size() + cluster.tasks().list().size();
      cluster.remove(node_b, start);
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  for (UnixMillis now = start; now < start + 50; ++now) {
    for (std::uint64_t id = 1; id <= containers; ++id)
      report(id, id % 2 == 0 ? whole : missing, now);
    cluster.heartbeat(node_a, now, {});
    cluster.age(now);
    cluster.sync_pipelines(now);
    cluster.tasks().end(TaskId::container_health, now, true);
    cluster.take_changes(now % 2 == 0);
  }
  ended = true;
  for (std::thread& reader : readers) reader.join();
  BOOST_TEST(rows > 0u);
  BOOST_TEST(page({.limit = 9999}).size() == containers / 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
