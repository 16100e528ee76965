#include "storage/log/log.h"

#include <sys/resource.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <memory>
#include <semaphore>
#include <thread>

#include "core/base/limits.h"
#include "core/time/clock.h"
#include "storage/log/commit.h"
#include "storage/log/local_log.h"
#include "storage/query/namespace.h"
#include "tests/support/manual_mailbox.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

using test::text_of;

// A proposal that tells when it is done.
struct Pending final : Completion {
  Pending(Mailbox& home, std::vector<Pending*>& done_in_order, Command command,
          Priority priority = Priority::client)
      : Completion(home), done(done_in_order), proposal(std::move(command), *this, priority) {}
  void run() override { done.push_back(this); }

  std::vector<Pending*>& done;
  Proposal proposal;
};

// Holds the writer where it completes a command of the gate's own, so that what is proposed until
// it opens is the writer's next batch. Closed once; outlives the log.
class Gate final : Mailbox, Completion {
 public:
  Gate() : Completion(static_cast<Mailbox&>(*this)), proposal_(CreateContainer{}, *this) {}

  void close(Log& log) {
    log.propose(proposal_);
    closed_.acquire();
  }
  void open() { opened_.release(); }

 private:
  void post(Completion&) override {
    closed_.release();
    opened_.acquire();
  }
  void run() override {}

  std::binary_semaphore closed_{0};
  std::binary_semaphore opened_{0};
  Proposal proposal_;
};

struct OneLog : test::State {
  OneLog() { start(0); }

  void start(std::uint64_t watermark) {
    log.reset();
    space.emplace(".", watermark);
    log = std::make_unique<LocalLog>(env(), clock, *space);
  }

  Pending& propose(Command command, Priority priority = Priority::client) {
    pending.push_back(std::make_unique<Pending>(mailbox, done, std::move(command), priority));
    log->propose(pending.back()->proposal);
    return *pending.back();
  }

  void wait() {
    mailbox.run_until([this] { return done.size() == pending.size(); });
  }

  std::string run_in_log(Command command, Priority priority = Priority::client) {
    const Pending& only = propose(std::move(command), priority);
    wait();
    return text_of(only.proposal.outcome);
  }

  static CreateVolume volume(int number) {
    return {"volume" + std::to_string(number), "frodo", "root", {}};
  }

  ManualClock clock{7000};
  Gate gate;
  std::optional<SpaceWatch> space;
  std::unique_ptr<LocalLog> log;
  test::ManualMailbox mailbox;
  std::vector<std::unique_ptr<Pending>> pending;
  std::vector<Pending*> done;
};

// No file of this process may grow beyond `bytes` meanwhile.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    set({bytes, before_.rlim_max});
  }
  ~FileSizeLimit() { set(before_); }

 private:
  void set(rlimit limit) { BOOST_TEST_REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0); }

  rlimit before_{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_log, OneLog)

BOOST_AUTO_TEST_CASE(an_outcome_is_durable_and_stamped) {
  const Pending& made = propose(volume(1));
  wait();
  BOOST_TEST(text_of(made.proposal.outcome) == "ok");
  const Snapshot txn(env());
  BOOST_TEST(made.proposal.outcome->transaction == txn.id());
  BOOST_TEST(find_volume(txn, "volume1").value().created == 7000);
}

BOOST_AUTO_TEST_CASE(what_waits_is_committed_together) {
  gate.close(*log);
  for (int i = 0; i < 10; ++i) propose(volume(i));
  gate.open();
  wait();
  BOOST_TEST(log->metrics().commits == 2u);
  BOOST_TEST(log->metrics().commands == 11u);
  BOOST_TEST(log->metrics().largest_batch == 10u);
  BOOST_TEST(done.back()->proposal.outcome->transaction == Snapshot(env()).id());
}

BOOST_AUTO_TEST_CASE(a_refused_command_does_not_spoil_its_batch) {
  gate.close(*log);
  for (const int i : {1, 1, 2}) propose(volume(i));
  gate.open();
  wait();
  BOOST_TEST(text_of(done[0]->proposal.outcome) == "ok");
  BOOST_TEST(text_of(done[1]->proposal.outcome) == "volume_exists");
  BOOST_TEST(text_of(done[2]->proposal.outcome) == "ok");
  BOOST_TEST(log->metrics().refused == 1u);
}

BOOST_AUTO_TEST_CASE(clients_go_first_and_each_in_order) {
  gate.close(*log);
  propose(volume(0));
  propose(CreateContainer{}, Priority::background);
  propose(volume(1));
  propose(CreateContainer{}, Priority::background);
  propose(volume(2));
  gate.open();
  wait();
  std::vector<int> order;
  for (const Pending* each : done) {
    order.push_back(std::ranges::find(pending, each, &std::unique_ptr<Pending>::get) -
                    pending.begin());
  }
  BOOST_TEST(order == (std::vector{0, 2, 4, 1, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_too_many_is_refused_at_once) {
  gate.close(*log);
  for (std::size_t i = 0; i < limits::waiting_commands; ++i) propose(CreateContainer{});
  const Pending& refused = propose(CreateContainer{});
  mailbox.run_until([this] { return !done.empty(); });
  BOOST_TEST(done.front() == &refused);
  BOOST_TEST(text_of(refused.proposal.outcome) == "overloaded");
  gate.open();
  wait();
  BOOST_TEST(log->metrics().waiting == 0u);
  BOOST_TEST(run_in_log(CreateContainer{}) == "ok");
}

BOOST_AUTO_TEST_CASE(it_says_that_it_is_crowded) {
  gate.close(*log);
  for (std::size_t i = 1; i < limits::crowded_commands; ++i) propose(CreateContainer{});
  BOOST_TEST(!log->crowded());
  propose(CreateContainer{});
  BOOST_TEST(log->crowded());
  gate.open();
  wait();
  BOOST_TEST(!log->crowded());
}

BOOST_AUTO_TEST_CASE(a_batch_ends_when_it_has_changed_enough) {
  // A volume changes three rows, each in a leaf of its own at worst.
  constexpr int fit = limits::batch_bytes / (3 * limits::page_bytes);
  constexpr int volumes = fit + fit / 2;
  gate.close(*log);
  propose(CreateContainer{}, Priority::background);
  for (int i = 0; i < volumes; ++i) propose(volume(i));
  gate.open();
  wait();
  BOOST_TEST(log->metrics().commits == 3u);  // the gate's own and two
  BOOST_TEST(log->metrics().largest_batch <= std::uint64_t{fit});
  BOOST_TEST(done.back() == pending.front().get());
  for (const Pending* each : done) BOOST_TEST_REQUIRE(text_of(each->proposal.outcome) == "ok");
  BOOST_TEST(root_totals(Snapshot(env())).volumes == std::uint64_t{volumes});
}

BOOST_AUTO_TEST_CASE(closing_finishes_what_waits) {
  std::thread closer;
  gate.close(*log);
  for (int i = 0; i < 5; ++i) propose(volume(i), i % 2 ? Priority::background : Priority::client);
  closer = std::thread([this] { log.reset(); });
  gate.open();
  closer.join();
  wait();
  for (const Pending* each : done) BOOST_TEST(text_of(each->proposal.outcome) == "ok");
}

BOOST_AUTO_TEST_CASE(little_space_is_left_to_deletions_and_to_the_background) {
  BOOST_TEST(run_in_log(volume(1)) == "ok");
  start(UINT64_MAX);
  BOOST_TEST(run_in_log(volume(2)) == "out_of_space");
  BOOST_TEST(run_in_log(CreateContainer{}, Priority::background) == "ok");
  BOOST_TEST(run_in_log(DeleteVolume{"volume1", {"root", true}}) == "ok");
  BOOST_TEST(!log->stopped().has_value());
}

BOOST_AUTO_TEST_CASE(a_corrupt_row_stops_the_log) {
  BOOST_TEST(run_in_log(volume(1)) == "ok");
  {
    WriteTxn txn(env());
    txn.put(catalog::names.index, encode_key(NameKey{root_id, "volume1"}), "\x01\x01");
    txn.commit();
  }
  gate.close(*log);
  propose(volume(2));
  propose(DeleteVolume{"volume1", {"root", true}});
  gate.open();
  wait();
  for (const std::size_t i : {1, 2}) {
    BOOST_TEST(text_of(done[i]->proposal.outcome) == "unavailable");
  }
  BOOST_TEST(text_of(find_volume(Snapshot(env()), "volume2")) == "volume_not_found");
  BOOST_TEST(log->stopped().value() == "table namespace, row volume1: malformed record");
  BOOST_TEST(run_in_log(volume(3)) == "unavailable");
  BOOST_TEST(run_in_log(CreateContainer{}, Priority::background) == "unavailable");
}

BOOST_AUTO_TEST_CASE(a_failed_commit_is_of_unknown_outcome) {
  BOOST_TEST(run_in_log(volume(1)) == "ok");
  {
    const FileSizeLimit limit(env().file_bytes());
    std::vector<Acl> acls(limits::bucket_acls);
    for (std::size_t i = 0; i < acls.size(); ++i) {
      acls[i].name = std::to_string(i) + std::string(200, 'x');
    }
    BOOST_TEST(run_in_log(CreateBucket{"volume1", "bucket", "", acls}) == "commit_unknown");
  }
  BOOST_TEST(log->stopped().value().starts_with("mdb_txn_commit: "));
  BOOST_TEST(run_in_log(volume(2)) == "unavailable");
  log.reset();
  reopen();
  BOOST_TEST(find_volume(Snapshot(env()), "volume1").ok());
  BOOST_TEST(findings() == std::vector<std::string>(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(many_proposers_at_once, *boost::unit_test::label("tsan")) {
  constexpr int threads = 4;
  constexpr int commands = 100;
  log.reset();
  const SystemClock system_clock;
  log = std::make_unique<LocalLog>(env(), system_clock, *space);
  std::atomic<int> visible = 0;
  const auto propose_some = [&](int thread) {
    for (int i = 0; i < commands; ++i) {
      const std::string name = "volume" + std::to_string(thread) + "-" + std::to_string(i);
      const Command command = CreateVolume{name, "frodo", "root", {}};
      const auto outcome = commit_and_wait(*log, command, Priority(i % 2));
      const Snapshot txn(env());
      visible += outcome.ok() && txn.id() >= outcome->transaction && find_volume(txn, name).ok();
    }
  };
  std::vector<std::thread> proposers;
  for (int thread = 0; thread < threads; ++thread) proposers.emplace_back(propose_some, thread);
  for (std::thread& proposer : proposers) proposer.join();
  BOOST_TEST(visible == threads * commands);
  BOOST_TEST(root_totals(Snapshot(env())).volumes == std::uint64_t(threads * commands));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
