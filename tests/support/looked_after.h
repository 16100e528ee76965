#pragma once

// A local block store whose replicas are looked after: rounds are called by the test, at a time of
// its own.

#include <filesystem>
#include <memory>
#include <optional>

#include "storage/blocks/node_file.h"
#include "storage/catalog/local.h"
#include "storage/jobs/health.h"
#include "tests/support/local_blocks.h"

namespace dobson::test {

struct LookedAfter : LocalBlocks {
  LookedAfter() { start(); }

  // A start of the server on what is there.
  void start() {
    job.reset();
    cluster.reset();
    local.reset();
    reopen();
    auto opened = storage::open_local(data);
    BOOST_REQUIRE(opened.ok());
    local = std::move(opened->env);
    cluster.emplace(storage::ClusterOptions{}, opened->rows, now);
    node = *storage::open_node_file(options.directory);
    job.emplace(health, *store, state, *local, *cluster,
                storage::HealthJob::Node{node, "host", options.directory,
                                         [] { return storage::NodeSpace{.capacity = 1000}; }},
                opened->rows, now);
    round();
  }
  void stop() {
    job->end();
    job.reset();
    cluster.reset();
    local.reset();
    store.reset();
  }
  // The process was killed: what `local/` has is what was written by now.
  void kill_and_start() {
    const auto image = directory.path() / "image";
    std::filesystem::copy(data / "local", image / "local",
                          std::filesystem::copy_options::recursive);
    stop();
    std::filesystem::remove_all(data / "local");
    std::filesystem::rename(image / "local", data / "local");
    start();
  }

  void round(UnixMillis later = 1000) {
    now += later;
    job->run_once(now);
  }
  // A round that looks at every file.
  void check() { round(health.check_interval_ms); }

  std::vector<storage::ReplicaView> replicas(storage::ContainerId id) {
    return cluster->replicas(id);
  }
  bool is_unhealthy(storage::ContainerId id) {
    const auto found = replicas(id);
    return found.size() == 1 && found[0].state == storage::ReplicaState::unhealthy;
  }
  // The only row, if there is one.
  std::optional<storage::UnhealthyView> unhealthy() {
    const auto page = cluster->unhealthy({.limit = 10});
    BOOST_REQUIRE(page.rows.size() <= 1);
    return page.rows.empty() ? std::nullopt : std::optional(page.rows[0]);
  }

  static storage::ContainerId container_of(const storage::WrittenObject& object) {
    return object.blocks.at(0).id.container;
  }

  // A closed container with a block, which is in the object's first one.
  storage::WrittenObject put_and_close(std::uint64_t salt = 1) {
    const storage::WrittenObject object = put(pattern(options.block_bytes, salt));
    const storage::ContainerId id = object.blocks.at(0).id.container;
    while (put(pattern(options.block_bytes)).blocks.at(0).id.container == id) {
    }
    state.wait_until_closed(id);
    return object;
  }

  UnixMillis now = 1'000'000;
  storage::HealthOptions health;
  std::filesystem::path data = [this] {
    const auto path = directory.path() / "data";
    std::filesystem::create_directory(path);
    std::filesystem::create_directory(directory.path() / "image");
    return path;
  }();
  Uuid node;
  std::unique_ptr<storage::Env> local;
  std::optional<storage::Cluster> cluster;
  std::optional<storage::HealthJob> job;
};

}  // namespace dobson::test
