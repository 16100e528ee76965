// The recorder and its replay on programs of which it is known whether a power cut can make them
// break a promise.

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/crash/process.h"
#include "tests/crash/replay.h"
#include "tests/crash/writer.h"
#include "tests/support/seed.h"
#include "tests/support/temporary_directory.h"

using namespace dobson::crash;
namespace fs = std::filesystem;

namespace {

// crash_writer, run to its end under the recorder.
class Run {
 public:
  explicit Run(const std::string& mode, const std::string& skip_sync = "",
               const std::string& preload = DOBSON_RECORDER) {
    Log log(scratch_.path() / "log");
    int ends[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const pid_t writer =
        spawn({DOBSON_CRASH_WRITER, mode, live()},
              {"LD_PRELOAD=" + preload, "DOBSON_RECORD=" + (scratch_.path() / "log").string(),
               "DOBSON_RECORD_DIR=" + live().string(), "DOBSON_RECORD_SKIP_SYNC=" + skip_sync},
              ends[1], ends[1]);
    close(ends[1]);
    for (char byte; read(ends[0], &byte, 1) == 1;) {
      acks_.push_back(log.records());
      BOOST_REQUIRE(write(ends[0], &byte, 1) == 1);
    }
    close(ends[0]);
    BOOST_REQUIRE(wait_for(writer) == 0);
    recording_ = load(scratch_.path() / "log");
  }

  const Recording& recording() const { return recording_; }
  const std::vector<uint64_t>& acks() const { return acks_; }
  fs::path live() const { return scratch_.path() / "live"; }
  fs::path left() const { return scratch_.path() / "left"; }

  // How many of all power cuts under a policy lost something that a client had been promised.
  template <class Count>
  size_t losses(Policy policy, Count count) const {
    const uint64_t seed = dobson::test::seed();
    size_t losses = 0;
    Replay replay(recording_);
    for (uint64_t prefix = 0; prefix <= recording_.ops.size(); ++prefix) {
      replay.materialise(prefix, policy, seed + prefix, left());
      const size_t acked = std::ranges::upper_bound(acks_, prefix) - acks_.begin();
      if (count(left()) < acked) ++losses;
    }
    return losses;
  }

 private:
  dobson::test::TemporaryDirectory scratch_;
  Recording recording_;
  std::vector<uint64_t> acks_;
};

// How many records stand in the file, whole and in order.
size_t records_in_file(const fs::path& directory) {
  std::ifstream file(directory / writer_file, std::ios::binary);
  std::string record(record_size, '\0');
  size_t count = 0;
  while (file.read(record.data(), record_size) && record == record_of(count)) ++count;
  return count;
}

size_t losses_of_cuts(const Run& run) {
  constexpr size_t count = 50;
  size_t cuts = 0;
  size_t losses = 0;
  uint64_t last = 0;
  for_each_cut(run.recording(), run.acks(), count, dobson::test::seed(), run.left(),
               [&](const Cut& cut) {
                 BOOST_TEST_CONTEXT(cut) {
                   BOOST_TEST(cut.prefix >= last);
                   BOOST_TEST(cut.prefix <= run.recording().ops.size());
                 }
                 last = cut.prefix;
                 ++cuts;
                 if (records_in_file(run.left()) < cut.acks) ++losses;
               });
  BOOST_TEST(cuts == count);
  return losses;
}

constexpr std::array policies = {Policy::drop_all, Policy::keep_all, Policy::random};

}  // namespace

BOOST_AUTO_TEST_SUITE(power_cut_recorder)

BOOST_AUTO_TEST_CASE(every_call_is_seen_in_its_order) {
  for (const char* mode : {"calls", "synced", "threads"}) {
    const Run run(mode);
    Replay(run.recording())
        .materialise(run.recording().ops.size(), Policy::keep_all, 0, run.left());
    BOOST_TEST(difference(run.live(), run.left()) == "");
  }
}

BOOST_AUTO_TEST_CASE(a_write_that_overtakes_a_sync_is_not_synced) {
  const Run run("synced", "", DOBSON_RECORDER ":" DOBSON_OVERTAKEN_SYNC);
  const std::vector<Op>& ops = run.recording().ops;
  const auto last_sync = std::ranges::find(ops.rbegin(), ops.rend(), Op::Kind::sync, &Op::kind);
  const auto late = std::next(last_sync);
  BOOST_TEST(late->data == "late");
  BOOST_TEST(late->durable_at == never);
}

BOOST_AUTO_TEST_CASE(a_synced_write_is_never_lost) {
  const Run run("synced");
  BOOST_TEST(run.acks().size() == writer_records);
  for (const Policy policy : policies) BOOST_TEST(run.losses(policy, records_in_file) == 0);
}

BOOST_AUTO_TEST_CASE(a_reply_before_the_sync_is_caught) {
  const Run run("early");
  BOOST_TEST(run.losses(Policy::drop_all, records_in_file) >= writer_records);
  BOOST_TEST(run.losses(Policy::random, records_in_file) > 0);
  BOOST_TEST(run.losses(Policy::keep_all, records_in_file) == 0);
}

BOOST_AUTO_TEST_CASE(a_skipped_sync_is_caught) {
  BOOST_TEST(Run("synced", "all").losses(Policy::drop_all, records_in_file) > 0);
  BOOST_TEST(Run("synced", "cord").losses(Policy::drop_all, records_in_file) > 0);
  const Run calls("calls", "all");
  BOOST_TEST(std::ranges::all_of(calls.recording().ops,
                                 [](const Op& op) { return op.durable_at == never; }));
  BOOST_TEST(Run("synced", "other").losses(Policy::drop_all, records_in_file) == 0);
}

BOOST_AUTO_TEST_CASE(a_few_cuts_suffice) {
  BOOST_TEST(losses_of_cuts(Run("synced")) == 0);
  BOOST_TEST(losses_of_cuts(Run("early")) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
