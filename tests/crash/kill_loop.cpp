// `kill -9` of dobsond under clients, again and again on one directory.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <random>

#include "tests/crash/load.h"
#include "tests/crash/process.h"
#include "tests/crash/world.h"
#include "tests/support/seed.h"
#include "tests/support/temporary_directory.h"

using namespace dobson::crash;
namespace fs = std::filesystem;

namespace {

class KillLoop {
 public:
  explicit KillLoop(uint64_t seed) : seed_(seed) {}

  // Not so long that a container is full: what a kill leaves in one that is closed is given back
  // some rounds of the purge after the start.
  void run() {
    constexpr int rounds = 6;
    for (int round = 0; round < rounds; ++round)
      BOOST_TEST_CONTEXT("DOBSON_SEED=" << seed_ << ": round " << round) {
        if (round % 2 == 0)
          kill_after(draw(400));
        else
          kill_at_punch(draw(20));
        recover();
      }
  }

 private:
  uint64_t draw(uint64_t most) { return std::uniform_int_distribution<uint64_t>(1, most)(random_); }

  void kill_after(uint64_t replies) {
    ServerProcess server(data_);
    BOOST_TEST_REQUIRE(server.url() != "");
    std::atomic<uint64_t> seen = 0;
    clients_.run(server.url(), [&](size_t) {
      if (++seen == replies) server.kill();
      return false;
    });
    BOOST_TEST(server.wait() == 128 + SIGKILL);
  }

  // In a purge, or where a start gives back what the last kill has left.
  void kill_at_punch(uint64_t punch) {
    const fs::path log = scratch_.path() / "log";
    ServerProcess server(data_, {"LD_PRELOAD=" DOBSON_RECORDER, "DOBSON_RECORD=" + log.string(),
                                 "DOBSON_RECORD_DIR=" + data_.string(),
                                 "DOBSON_RECORD_KILL_AT_PUNCH=" + std::to_string(punch)});
    if (!server.url().empty()) clients_.run(server.url(), [](size_t) { return false; });
    BOOST_TEST(server.wait() == 128 + SIGKILL);
    fs::remove(log);
  }

  void recover() {
    ServerProcess server(data_);
    BOOST_TEST(server.url() != "");
    BOOST_TEST(server.stop() == 0);
    const World world = recovered_world(data_);
    BOOST_TEST(clients_.loss(world, 0) == "");
    BOOST_TEST(findings(data_) == "");
    clients_.settle(world);
  }

  const uint64_t seed_;
  const dobson::test::TemporaryDirectory scratch_;
  const fs::path data_ = scratch_.path() / "data";
  std::mt19937_64 random_{seed_};
  Load clients_{seed_};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kill_loop)

BOOST_AUTO_TEST_CASE(loses_nothing) {
  KillLoop(dobson::test::seed()).run();
}

BOOST_AUTO_TEST_CASE(loses_nothing_many_times, *boost::unit_test::label("long")) {
  constexpr uint64_t loops = 12;
  const uint64_t seed = dobson::test::seed();
  for (uint64_t i = 0; i < loops; ++i) KillLoop(seed + i).run();
}

BOOST_AUTO_TEST_SUITE_END()
