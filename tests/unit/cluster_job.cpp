// Nodes, times and tasks over lost directories, kills and restarts.

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/support/looked_after.h"

namespace dobson::storage {
namespace {

namespace fs = std::filesystem;
using test::pattern;

BOOST_FIXTURE_TEST_SUITE(cluster_job, test::LookedAfter)

BOOST_AUTO_TEST_CASE(a_lost_directory_silences_its_node) {
  const ContainerId id = container_of(put_and_close());
  check();
  fs::remove_all(options.directory);
  const UnixMillis last = now;
  check();
  BOOST_TEST(replicas(id).empty());
  const auto node_now = [this] { return cluster->nodes(now).at(0); };
  BOOST_TEST(node_now().last_heartbeat == last);
  BOOST_TEST((node_now().state == NodeState::healthy));
  round(last + 5 * 60'000 - 1 - now);
  BOOST_TEST(cluster->pipelines().size() == 1u);
  round(1);
  BOOST_TEST((node_now().state == NodeState::stale));
  BOOST_TEST(node_now().containers == 0u);
  BOOST_TEST(cluster->pipelines().empty());
  round(last + 10 * 60'000 - now);
  BOOST_TEST((node_now().state == NodeState::dead));
  BOOST_TEST(node_now().space->capacity == 1000u);
  BOOST_TEST(node_now().containers == 2u);
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_another_nodes_silences_its_own) {
  const ContainerId id = container_of(put_and_close());
  check();
  const UnixMillis last = now;
  fs::remove(options.directory / "node");
  BOOST_TEST((open_node_file(options.directory).value() != node));
  check();
  BOOST_TEST(cluster->nodes(now).at(0).last_heartbeat == last);
  BOOST_TEST(replicas(id).at(0).last_seen == last);
}

BOOST_AUTO_TEST_CASE(a_removed_node_that_is_heard_joins_again) {
  fs::rename(options.directory, directory.path() / "away");
  round(10 * 60'000);
  BOOST_TEST((cluster->nodes(now).at(0).state == NodeState::dead));
  state.wait_until_closed(state.containers().at(0).id);
  round(health.interval_ms);
  BOOST_TEST((cluster->remove(node, now) == Removal::removed));
  round();
  BOOST_TEST(cluster->nodes(now).empty());
  fs::rename(directory.path() / "away", options.directory);
  round();
  round();
  BOOST_TEST((cluster->nodes(now).at(0).state == NodeState::healthy));
  BOOST_TEST((cluster->nodes(now).at(0).id == node));
}

BOOST_AUTO_TEST_CASE(a_directory_made_anew_is_another_node) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  const Uuid lost = node;
  stop();
  fs::remove_all(options.directory);
  start();
  BOOST_TEST((node != lost));
  BOOST_TEST(!read(object).ok());
  BOOST_TEST(read(put(pattern(1000))).ok());
  const auto lost_node = [&] {
    const auto nodes = cluster->nodes(now);
    return *std::ranges::find(nodes, lost, &NodeView::id);
  };
  BOOST_TEST(cluster->nodes(now).size() == 2u);
  BOOST_TEST((lost_node().state == NodeState::healthy));
  BOOST_TEST(lost_node().last_heartbeat == 0);
  BOOST_TEST(cluster->pipelines().size() == 1u);
  BOOST_TEST(lost_node().containers == 0u);
  BOOST_TEST((cluster->history(id).at(0).node == lost));
  BOOST_TEST((cluster->remove(lost, now) == Removal::not_dead));
  round(10 * 60'000);
  BOOST_TEST((lost_node().state == NodeState::dead));
  BOOST_TEST(lost_node().containers == 2u);
  BOOST_TEST((cluster->remove(lost, now) == Removal::removed));
  BOOST_TEST((cluster->remove(lost, now) == Removal::unknown));
  round();
  start();
  BOOST_TEST(cluster->nodes(now).size() == 1u);
  BOOST_TEST(cluster->history(id).at(0).host == "host");
}

BOOST_AUTO_TEST_CASE(times_survive_a_kill_and_a_restart) {
  const ContainerId lost = container_of(put_and_close(1));
  const ContainerId whole = container_of(put_and_close(2));
  check();
  const UnixMillis first_seen = replicas(whole).at(0).first_seen;
  const UnixMillis set_up = cluster->nodes(now).at(0).set_up;
  fs::remove(file(lost));
  check();
  const UnixMillis since = now;
  const auto history = cluster->history(lost).at(0);
  const auto check_times = [&] {
    BOOST_TEST_REQUIRE(unhealthy().has_value());
    BOOST_TEST((unhealthy()->container == lost));
    BOOST_TEST(unhealthy()->since == since);
    BOOST_TEST((cluster->unhealthy({.limit = 0}).counts == std::array<std::uint64_t, 4>{0, 1}));
    BOOST_TEST(replicas(whole).at(0).first_seen == first_seen);
    BOOST_TEST(cluster->nodes(now).at(0).set_up == set_up);
    BOOST_TEST(cluster->history(lost).at(0).last_seen == history.last_seen);
    BOOST_TEST(cluster->history(lost).at(0).first_seen == history.first_seen);
  };
  now += 5000;
  kill_and_start();
  check_times();
  stop();
  start();
  check_times();
}

BOOST_AUTO_TEST_CASE(tasks_say_when_they_ran_over_restarts) {
  put_and_close();
  const auto health_task = [this] {
    return cluster->tasks().list().at(static_cast<std::size_t>(TaskId::container_health));
  };
  const UnixMillis ran = now;
  BOOST_TEST(health_task().name == "ContainerHealthTask");
  BOOST_TEST(health_task().updated == ran);
  round();
  BOOST_TEST(health_task().updated == ran);
  round(health.interval_ms);
  BOOST_TEST(health_task().updated == now);
  for (const auto& task : cluster->tasks().list()) BOOST_TEST(!task.running, task.name);
  round(health.scrub_interval_ms);
  const auto scrub = cluster->tasks().list().at(static_cast<std::size_t>(TaskId::scrub));
  BOOST_TEST(scrub.updated == now);
  BOOST_TEST(!scrub.failed);
  round(-3 * health.interval_ms);  // the clock is set back
  BOOST_TEST(health_task().updated == now);
  cluster->tasks().begin(TaskId::container_health, now + 5);
  BOOST_TEST(health_task().updated == now + 5);
  BOOST_TEST(health_task().running);
  cluster->tasks().begin(TaskId::container_size_count, now);
  cluster->tasks().end(TaskId::container_size_count, now + 5, false);
  const UnixMillis counted = now + 5;
  stop();
  start();
  const auto task =
      cluster->tasks().list().at(static_cast<std::size_t>(TaskId::container_size_count));
  BOOST_TEST(task.updated == counted);
  BOOST_TEST(task.failed);
  BOOST_TEST(!task.running);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
