// Power cuts of dobsond, at any point of a recording of what it did under clients.

#include <boost/test/unit_test.hpp>
#include <csignal>

#include "tests/crash/load.h"
#include "tests/crash/process.h"
#include "tests/crash/replay.h"
#include "tests/crash/world.h"
#include "tests/support/seed.h"
#include "tests/support/temporary_directory.h"

using namespace dobson::crash;
namespace fs = std::filesystem;

namespace {

// Servers one after the other on one directory, one recording of them all.
struct Recorded {
  // Until a server dies in the middle of a purge; then what it has left is checked.
  void run_to_a_crash() {
    const unsigned punch = 1 + seed % 20;
    ServerProcess server(live, environment("DOBSON_RECORD_KILL_AT_PUNCH", std::to_string(punch)));
    BOOST_TEST_REQUIRE(server.url() != "");
    clients.run(server.url(), [](size_t) { return false; });
    BOOST_TEST(server.wait() == 128 + SIGKILL);
    materialise_all(Policy::keep_all);
    BOOST_TEST(difference(live, left) == "");
    clients.settle(check(log.records()));
  }

  void run_to_a_stop(const std::string& skip_sync = "") {
    constexpr size_t requests_of_a_client = 100;
    ServerProcess server(live, environment("DOBSON_RECORD_SKIP_SYNC", skip_sync));
    BOOST_TEST_REQUIRE(server.url() != "");
    clients.run(server.url(), [](size_t replies) { return replies >= requests_of_a_client; });
    BOOST_TEST(server.stop() == 0);
    materialise_all(Policy::keep_all);
    BOOST_TEST(difference(live, left) == "");
  }

  void materialise_all(Policy policy) {
    const Recording recording = load(log_path);
    Replay(recording).materialise(recording.ops.size(), policy, seed, left);
  }

  // After a power cut that has left `left`.
  World check(uint64_t prefix) {
    const World world = recovered_world(left);
    BOOST_TEST(clients.loss(world, prefix) == "");
    BOOST_TEST(findings(left) == "");
    return world;
  }

  void check_cuts(size_t count) {
    constexpr size_t cuts_a_server = 20;
    const Recording recording = load(log_path);
    size_t cuts = 0;
    for_each_cut(recording, clients.acks(), count, seed, left, [&](const Cut& cut) {
      BOOST_TEST_CONTEXT("DOBSON_SEED=" << seed << ": " << cut) {
        if (++cuts % cuts_a_server == 0) {
          ServerProcess server(left);
          BOOST_TEST(server.url() != "");
          BOOST_TEST(server.stop() == 0);
        }
        check(cut.prefix);
      }
    });
  }

  std::vector<std::string> environment(const std::string& name, const std::string& value) const {
    return {"LD_PRELOAD=" DOBSON_RECORDER, "DOBSON_RECORD=" + log_path.string(),
            "DOBSON_RECORD_DIR=" + live.string(), name + "=" + value};
  }

  const uint64_t seed = dobson::test::seed();
  const dobson::test::TemporaryDirectory scratch;
  const fs::path live = scratch.path() / "live";
  const fs::path left = scratch.path() / "left";
  const fs::path log_path = scratch.path() / "log";
  const Log log{log_path};
  Load clients{seed, &log};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(power_cut, Recorded)

BOOST_AUTO_TEST_CASE(loses_nothing) {
  run_to_a_crash();
  run_to_a_stop();
  check_cuts(100);
}

BOOST_AUTO_TEST_CASE(loses_nothing_a_thousand_times, *boost::unit_test::label("long")) {
  run_to_a_crash();
  run_to_a_stop();
  check_cuts(1000);
}

// Whatever is left of it, the next start makes a store of it.
BOOST_AUTO_TEST_CASE(of_a_first_start_loses_nothing) {
  {
    ServerProcess server(live, environment("DOBSON_RECORD_SKIP_SYNC", ""));
    BOOST_TEST_REQUIRE(server.url() != "");
    BOOST_TEST(server.stop() == 0);
  }
  const Recording recording = load(log_path);
  Replay replay(recording);
  for (uint64_t prefix = 0; prefix <= recording.ops.size(); ++prefix)
    for (const Policy policy : {Policy::drop_all, Policy::random, Policy::keep_all}) {
      const Cut cut{prefix, policy, seed + prefix, 0};
      BOOST_TEST_CONTEXT(cut) {
        replay.materialise(cut.prefix, cut.policy, cut.seed, left);
        check(cut.prefix);
      }
    }
}

BOOST_AUTO_TEST_CASE(without_sync_of_blocks_is_caught) {
  run_to_a_stop("blocks");
  BOOST_TEST(clients.loss(recovered_world(left), log.records()) == "");
  materialise_all(Policy::drop_all);
  BOOST_TEST(clients.loss(recovered_world(left), log.records()) != "");
}

BOOST_AUTO_TEST_CASE(without_sync_is_caught) {
  run_to_a_stop("all");
  BOOST_TEST(clients.loss(recovered_world(left), log.records()) == "");
  materialise_all(Policy::drop_all);
  BOOST_TEST(clients.loss(recovered_world(left), log.records()) != "");
}

BOOST_AUTO_TEST_SUITE_END()
