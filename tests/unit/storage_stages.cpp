// The job that moves what was deleted from stage to stage, in rounds of its own.

#include "storage/jobs/stages.h"

#include <boost/test/unit_test.hpp>

#include "core/base/limits.h"
#include "storage/log/local_log.h"
#include "storage/query/namespace.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

constexpr UnixMillis upload_life_ms = 5000;

// Bucket "shire/tree" with more keys in "a/" than one command takes, and a log.
struct OneLog : test::State {
  OneLog() {
    BOOST_TEST_REQUIRE(run(CreateVolume{"shire", "frodo", "root", {}}).ok());
    BOOST_TEST_REQUIRE(run(CreateBucket{.volume = "shire",
                                        .bucket = "tree",
                                        .creator = "",
                                        .layout = Layout::file_system_optimized})
                           .ok());
    const ContainerId container = run(CreateContainer{})->container;
    for (std::uint64_t i = 1; i <= keys; ++i) {
      const BlockRef block{{container, i}, 1};
      const PutKey put{"shire", "tree", "a/" + std::to_string(i), 1, Md5{}, {block}};
      BOOST_TEST_REQUIRE(run(put).ok());
    }
  }

  std::uint64_t rows(TableIndex table) { return Snapshot(env()).rows(table); }

  static constexpr std::uint64_t keys = 2 * limits::purged_rows + 1;
  ManualClock clock{10'000};
  SpaceWatch space{".", 0};
  LocalLog log{env(), clock, space};
  DeletionStages stages{env(), log, upload_life_ms};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_stages, OneLog, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(nothing_is_proposed_when_nothing_waits) {
  BOOST_TEST(!stages.run_once(clock.now()));
  BOOST_TEST(log.metrics().commands == 0);
}

BOOST_AUTO_TEST_CASE(a_tree_goes_to_its_end_in_bounded_steps) {
  BOOST_TEST(run(DeleteKey{"shire", "tree", "a/", {}, true}).ok());
  int rounds = 1;
  while (stages.run_once(clock.now())) ++rounds;
  BOOST_TEST(rounds >= 3);
  BOOST_TEST(rows(catalog::deleted_directories.index) == 0);
  BOOST_TEST(rows(catalog::deleted_keys.index) == 0);
  BOOST_TEST(rows(catalog::deleted_blocks.index) == keys);
  BOOST_TEST(findings() == std::vector<std::string>());
}

// A new job knows nothing of the one before it.
BOOST_AUTO_TEST_CASE(a_restart_goes_on_where_it_was) {
  BOOST_TEST(run(DeleteKey{"shire", "tree", "a/", {}, true}).ok());
  for (int round = 0; round < 2; ++round) BOOST_TEST(stages.run_once(clock.now()));
  BOOST_TEST(rows(catalog::deleted_blocks.index) > 0);
  BOOST_TEST(rows(catalog::deleted_directories.index) > 0);
  DeletionStages after_restart(env(), log, upload_life_ms);
  while (after_restart.run_once(clock.now())) continue;
  BOOST_TEST(rows(catalog::deleted_blocks.index) == keys);
}

BOOST_AUTO_TEST_CASE(uploads_that_nobody_finishes_are_dropped) {
  BOOST_TEST(run(StartUpload{"shire", "tree", "old"}, 10'000).ok());
  BOOST_TEST(run(StartUpload{"shire", "tree", "new"}, 10'001).ok());
  BOOST_TEST(!stages.run_once(10'000 + upload_life_ms));
  BOOST_TEST(rows(catalog::uploads.index) == 2);
  BOOST_TEST(!stages.run_once(10'001 + upload_life_ms));
  BOOST_TEST(rows(catalog::uploads.index) == 1);
  std::vector<std::string> left;
  const Snapshot txn(env());
  visit_uploads(txn, find_bucket(txn, "shire", "tree").value(), {}, [&left](const auto& upload) {
    left.emplace_back(upload.key);
    return true;
  });
  BOOST_TEST(left == std::vector<std::string>{"new"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
