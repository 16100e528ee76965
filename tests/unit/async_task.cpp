#include <atomic>
#include <boost/test/unit_test.hpp>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/async/pool.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "tests/support/manual_mailbox.h"

namespace dobson {
namespace {

using test::ManualMailbox;

Task<int> number(int value) {
  co_return value;
}

Task<void> add(int* sum, int value) {
  *sum += co_await number(value);
}

Task<int> failing() {
  throw std::runtime_error("broken");
  co_return 1;
}

Task<void> catching(std::string* caught) {
  try {
    co_await failing();
  } catch (const std::runtime_error& error) {
    *caught = error.what();
  }
}

Task<void> many(int* sum, int count) {
  for (int i = 0; i < count; ++i) co_await add(sum, 1);
}

BOOST_AUTO_TEST_SUITE(async_task, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(runs_only_when_awaited) {
  int sum = 0;
  {
    const Task<void> never = add(&sum, 1);
  }
  BOOST_TEST(sum == 0);
  TaskGroup group;
  group.spawn(add(&sum, 2));
  BOOST_TEST(sum == 2);
  BOOST_TEST(group.size() == 0u);
}

BOOST_AUTO_TEST_CASE(exception_reaches_the_awaiter) {
  std::string caught;
  TaskGroup group;
  group.spawn(catching(&caught));
  BOOST_TEST(caught == "broken");
}

BOOST_AUTO_TEST_CASE(tasks_that_end_at_once_use_no_stack) {
  int sum = 0;
  TaskGroup group;
  group.spawn(many(&sum, 1'000'000));
  BOOST_TEST(sum == 1'000'000);
}

Task<void> wait_for(Mailbox* mailbox, std::vector<Completion*>* started, int* resumed) {
  const auto start = [started](Completion& done) { started->push_back(&done); };
  co_await wait(*mailbox, start);
  ++*resumed;
}

BOOST_AUTO_TEST_CASE(wait_goes_on_when_completed_elsewhere) {
  ManualMailbox mailbox;
  std::vector<Completion*> started;
  int resumed = 0;
  TaskGroup group;
  group.spawn(wait_for(&mailbox, &started, &resumed));
  group.spawn(wait_for(&mailbox, &started, &resumed));
  BOOST_REQUIRE(started.size() == 2u);
  std::thread other([&] {
    for (auto* done : started) done->complete();
  });
  mailbox.run_until([&] { return resumed == 2; });
  other.join();
  BOOST_TEST(group.size() == 0u);
}

Task<void> join_group(TaskGroup* group, bool* joined) {
  co_await group->join();
  *joined = true;
}

BOOST_AUTO_TEST_CASE(group_is_cancelled_then_awaited) {
  ManualMailbox mailbox;
  std::vector<Completion*> started;
  int resumed = 0;
  bool joined = false;
  bool cancelled = false;
  TaskGroup owner;
  TaskGroup group;
  const std::stop_callback on_stop(group.stop_token(), [&] { cancelled = true; });
  group.spawn(wait_for(&mailbox, &started, &resumed));
  owner.spawn(join_group(&group, &joined));
  group.cancel();
  BOOST_TEST(cancelled);
  BOOST_TEST(!joined);
  started[0]->complete();
  mailbox.run_until([&] { return resumed == 1; });
  BOOST_TEST(joined);
  owner.spawn(join_group(&group, &joined));  // of an empty group: at once
  BOOST_TEST(owner.size() == 0u);
}

// What the three kinds of function become in the awaiter.
struct Outcomes {
  bool done = false;
  int value = 0;
  bool plain_ok = false;
  Errc status = Errc::internal;
  std::string thrown;
};

Task<void> offload_all(Pool* pool, Mailbox* mailbox, Outcomes* out) {
  const auto self = std::this_thread::get_id();
  const auto value = [self]() -> Result<int> {
    if (std::this_thread::get_id() == self) return Error{Errc::internal};
    return 7;
  };
  const Result<int> got = co_await offload(*pool, *mailbox, value);
  out->value = got.value();
  const auto nothing = [] {};
  const Status plain = co_await offload(*pool, *mailbox, nothing);
  out->plain_ok = plain.ok();
  const auto refused = []() -> Status { return Error{Errc::corrupt}; };
  const Status status = co_await offload(*pool, *mailbox, refused);
  out->status = std::move(status).error().code;
  const auto thrower = [] { throw std::runtime_error("disk"); };
  try {
    (void)co_await offload(*pool, *mailbox, thrower);
  } catch (const std::runtime_error& error) {
    out->thrown = error.what();
  }
  BOOST_TEST((std::this_thread::get_id() == self));
  out->done = true;
}

BOOST_AUTO_TEST_CASE(offload_runs_elsewhere_and_comes_back) {
  ManualMailbox mailbox;
  Pool pool(2, 16);
  TaskGroup group;
  Outcomes out;
  group.spawn(offload_all(&pool, &mailbox, &out));
  mailbox.run_until([&] { return out.done; });
  BOOST_TEST(out.value == 7);
  BOOST_TEST(out.plain_ok);
  BOOST_TEST((out.status == Errc::corrupt));
  BOOST_TEST(out.thrown == "disk");
}

Task<void> block(Pool* pool, Mailbox* mailbox, std::latch* running, std::latch* release,
                 std::vector<bool>* results) {
  const auto held = [running, release] {
    running->count_down();
    release->wait();
  };
  const Status status = co_await offload(*pool, *mailbox, held);
  results->push_back(status.ok());
  if (!status.ok()) BOOST_TEST((status.error().code == Errc::overloaded));
}

BOOST_AUTO_TEST_CASE(full_pool_refuses_at_once) {
  ManualMailbox mailbox;
  Pool pool(1, 2);
  std::latch first_runs(1);
  std::latch others_run(2);
  std::latch release(1);
  std::vector<bool> results;
  TaskGroup group;
  group.spawn(block(&pool, &mailbox, &first_runs, &release, &results));
  first_runs.wait();
  group.spawn(block(&pool, &mailbox, &others_run, &release, &results));
  group.spawn(block(&pool, &mailbox, &others_run, &release, &results));
  BOOST_TEST(results.empty());
  group.spawn(block(&pool, &mailbox, &others_run, &release, &results));
  BOOST_TEST(results == std::vector<bool>{false}, boost::test_tools::per_element());
  release.count_down();
  mailbox.run_until([&] { return results.size() == 4; });
  BOOST_TEST(group.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
