#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <latch>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/async/pool.h"
#include "core/base/limits.h"
#include "core/runtime/fair_queue.h"
#include "core/runtime/io.h"
#include "core/runtime/random.h"
#include "core/runtime/reactor.h"
#include "core/runtime/runtime.h"
#include "core/runtime/signals.h"
#include "core/time/clock.h"

namespace dobson {
namespace {

constexpr int tick_ms = 1;

Task<void> note_thread(std::thread::id* id) {
  *id = std::this_thread::get_id();
  co_return;
}

Task<void> throwing() {
  throw std::runtime_error("broken");
  co_return;
}

BOOST_AUTO_TEST_SUITE(async_runtime, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(each_reactor_has_a_thread) {
  const SystemClock clock;
  Runtime runtime(2, clock, tick_ms);
  std::thread::id first;
  std::thread::id second;
  runtime.run(0, note_thread(&first)).get();
  runtime.run(1, note_thread(&second)).get();
  BOOST_TEST((first != second));
  BOOST_TEST((first != std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(exception_reaches_the_future) {
  const SystemClock clock;
  Runtime runtime(1, clock, tick_ms);
  BOOST_CHECK_THROW(runtime.run(0, throwing()).get(), std::runtime_error);
}

Task<void> count_up(Pool* pool, Mailbox* mailbox, int rounds, int* count) {
  const auto nothing = [] {};
  for (int i = 0; i < rounds; ++i) {
    (void)co_await offload(*pool, *mailbox, nothing);
    ++*count;
  }
}

BOOST_AUTO_TEST_CASE(completions_come_home) {
  const SystemClock clock;
  Runtime runtime(2, clock, tick_ms);
  Pool pool(2, 64);
  constexpr int rounds = 500;
  int counts[2][4] = {};
  std::vector<std::future<void>> ended;
  for (unsigned reactor = 0; reactor < 2; ++reactor) {
    for (int& count : counts[reactor]) {
      ended.push_back(
          runtime.run(reactor, count_up(&pool, &runtime.mailbox(reactor), rounds, &count)));
    }
  }
  for (auto& end : ended) end.get();
  for (const auto& reactor : counts) {
    for (const int count : reactor) BOOST_TEST(count == rounds);
  }
}

struct Gate final : Deadline {
  std::latch* opened = nullptr;
  void expired() override { opened->count_down(); }
};

Task<void> arm(Reactor* reactor, Deadline* deadline) {
  reactor->wheel().arm(*deadline, 5);
  co_return;
}

BOOST_AUTO_TEST_CASE(deadline_expires) {
  const SystemClock clock;
  std::latch opened(1);
  Gate gate;
  gate.opened = &opened;
  Runtime runtime(1, clock, tick_ms);
  runtime.run(0, arm(&runtime.reactor(0), &gate)).get();
  opened.wait();
  runtime.stop();
}

struct CountTurns final : TurnHook {
  int ended = 0;
  void turn_ended() override { ++ended; }
};

Task<void> cross_turns(Reactor* reactor, CountTurns* turns, int* within, int* after) {
  const int before = turns->ended;
  *within = turns->ended - before;
  co_await next_turn(*reactor);
  *after = turns->ended - before;
}

BOOST_AUTO_TEST_CASE(hooks_run_between_turns) {
  const SystemClock clock;
  CountTurns turns;
  Runtime runtime(1, clock, 1000);
  runtime.add_hook(0, turns);
  int within = -1;
  int after = -1;
  runtime.run(0, cross_turns(&runtime.reactor(0), &turns, &within, &after)).get();
  BOOST_TEST(within == 0);
  BOOST_TEST(after >= 1);
}

// Clients of one reactor that has more to do than time.
struct Busy {
  Reactor* reactor;
  FairQueue queue{*reactor};
  int steps = 0;  // of all who ask all the time
  bool over = false;
};

Task<void> ask_all_the_time(Busy* busy) {
  Service service;
  busy->queue.charge(service, limits::light_cost + 1);
  while (!busy->over) {
    co_await busy->queue.enter(service);
    busy->queue.charge(service, limits::slice_cost);
    ++busy->steps;
  }
}

struct Had {
  std::uint64_t before = 0;
  std::uint64_t last = 0;
};

// `steps`: of the others, from when input arrived until its turn came.
Task<void> ask_now_and_then(Busy* busy, Had had, std::vector<int>* steps) {
  for (int i = 0; i < 20; ++i) {
    Service service;
    busy->queue.charge(service, had.before);
    busy->queue.charge(service, had.last);
    co_await next_turn(*busy->reactor);
    const int before = busy->steps;
    co_await busy->queue.enter(service);
    steps->push_back(busy->steps - before);
  }
  busy->over = true;
}

std::vector<int> steps_of_others(Had had) {
  constexpr int others = 50;
  const SystemClock clock;
  Runtime runtime(1, clock, 1'000'000);
  Busy busy{.reactor = &runtime.reactor(0)};
  std::vector<std::future<void>> ended;
  for (int i = 0; i < others; ++i) ended.push_back(runtime.run(0, ask_all_the_time(&busy)));
  std::vector<int> steps;
  runtime.run(0, ask_now_and_then(&busy, had, &steps)).get();
  for (auto& end : ended) end.get();
  return steps;
}

BOOST_AUTO_TEST_CASE(who_has_had_little_goes_first) {
  const Had had{.before = limits::light_cost - limits::small_cost, .last = limits::small_cost};
  for (const int steps : steps_of_others(had)) BOOST_TEST(steps == 0);
}

BOOST_AUTO_TEST_CASE(who_has_had_much_waits_for_all_before) {
  const Had had{.before = limits::light_cost, .last = 1};
  for (const int steps : steps_of_others(had)) BOOST_TEST(steps == 50);
}

BOOST_AUTO_TEST_CASE(who_asks_for_much_waits_for_all_before) {
  const Had had{.last = limits::small_cost + 1};
  for (const int steps : steps_of_others(had)) BOOST_TEST(steps == 50);
}

// Whether it goes on at once: after `cost`, and `ticks` later.
Task<void> check_light(Reactor* reactor, std::uint64_t cost, int ticks, std::vector<bool>* light) {
  FairQueue queue(*reactor);
  Service service;
  queue.charge(service, cost);
  queue.charge(service, 0);
  light->push_back(queue.enter(service).await_ready());
  co_await after(*reactor, ticks * tick_ms);
  light->push_back(queue.enter(service).await_ready());
}

BOOST_AUTO_TEST_CASE(what_was_had_is_forgotten) {
  const SystemClock clock;
  Runtime runtime(1, clock, tick_ms);
  std::vector<bool> light;
  runtime.run(0, check_light(&runtime.reactor(0), limits::light_cost << 10, 12, &light)).get();
  BOOST_TEST((light == std::vector{false, true}));
}

Task<void> read_dates(Reactor* reactor, ManualClock* clock, std::vector<std::string>* dates) {
  for (const UnixMillis at : {0L, 951826332'000, 951826332'999, 951826333'000}) {
    clock->set(at);
    co_await next_turn(*reactor);
    dates->emplace_back(reactor->date());
  }
}

BOOST_AUTO_TEST_CASE(dates_go_with_the_clock) {
  ManualClock clock(0);
  Runtime runtime(1, clock, 1000);
  std::vector<std::string> dates;
  runtime.run(0, read_dates(&runtime.reactor(0), &clock, &dates)).get();
  const std::vector<std::string> expected{
      "Thu, 01 Jan 1970 00:00:00 GMT", "Tue, 29 Feb 2000 12:12:12 GMT",
      "Tue, 29 Feb 2000 12:12:12 GMT", "Tue, 29 Feb 2000 12:12:13 GMT"};
  BOOST_TEST(dates == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(async_random)

BOOST_AUTO_TEST_CASE(uuids_have_their_form_and_differ) {
  Random random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    std::string uuid(Random::uuid_length, '?');
    random.write_uuid(std::span<char, Random::uuid_length>(uuid));
    BOOST_TEST(uuid.find_first_not_of("0123456789abcdef-") == std::string::npos);
    for (const std::size_t dash : {8, 13, 18, 23}) BOOST_TEST(uuid[dash] == '-');
    BOOST_TEST(uuid[14] == '4');
    BOOST_TEST(std::string("89ab").find(uuid[19]) != std::string::npos);
    seen.insert(uuid);
  }
  BOOST_TEST(seen.size() == 1000u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(async_signals)

// In a child: what it says on the pipe, letter by letter, then how it ended.
struct Child {
  pid_t pid;
  int said;

  Child() {
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) {
      const auto say = [out = ends[1]](char letter) {
        if (write(out, &letter, 1) != 1) std::_Exit(2);
      };
      const Signals signals([say] { say('T'); }, [say] { say('R'); });
      raise(SIGPIPE);
      say('!');
      for (;;) pause();
    }
    close(ends[1]);
    said = ends[0];
  }
  ~Child() { close(said); }

  char next() const {
    char letter = 0;
    return read(said, &letter, 1) == 1 ? letter : '.';
  }
};

BOOST_AUTO_TEST_CASE(first_ends_in_order_second_at_once) {
  const Child child;
  BOOST_TEST(child.next() == '!');
  kill(child.pid, SIGHUP);
  BOOST_TEST(child.next() == 'R');
  kill(child.pid, SIGTERM);
  BOOST_TEST(child.next() == 'T');
  kill(child.pid, SIGHUP);
  BOOST_TEST(child.next() == 'R');
  kill(child.pid, SIGINT);
  BOOST_TEST(child.next() == '.');
  int status = 0;
  BOOST_REQUIRE(waitpid(child.pid, &status, 0) == child.pid);
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == EXIT_FAILURE);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
