#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "core/runtime/deadline_wheel.h"
#include "tests/support/seed.h"

namespace dobson {
namespace {

constexpr int tick = 250;

struct Counted final : Deadline {
  int times = 0;
  void expired() override { ++times; }
};

BOOST_AUTO_TEST_SUITE(async_deadline_wheel)

BOOST_AUTO_TEST_CASE(expires_once_between_its_time_and_two_ticks_later) {
  DeadlineWheel wheel(tick, 1000);
  Counted deadline;
  wheel.arm(deadline, 1000);
  BOOST_TEST(deadline.armed());
  wheel.advance(1000 + 999);
  BOOST_TEST(deadline.times == 0);
  wheel.advance(1000 + 1000 + 2 * tick);
  BOOST_TEST(deadline.times == 1);
  BOOST_TEST(!deadline.armed());
  wheel.advance(1'000'000);
  BOOST_TEST(deadline.times == 1);
}

BOOST_AUTO_TEST_CASE(disarmed_and_destroyed_ones_do_not_expire) {
  DeadlineWheel wheel(tick, 0);
  Counted disarmed;
  auto destroyed = std::make_unique<Counted>();
  wheel.arm(disarmed, 500);
  wheel.arm(*destroyed, 500);
  disarmed.disarm();
  destroyed.reset();
  wheel.advance(10'000);
  BOOST_TEST(disarmed.times == 0);
}

BOOST_AUTO_TEST_CASE(moves_to_later_and_to_earlier) {
  DeadlineWheel wheel(tick, 0);
  Counted deadline;
  wheel.arm(deadline, 1000);
  wheel.arm(deadline, 5000);
  wheel.advance(4999);
  BOOST_TEST(deadline.times == 0);
  wheel.arm(deadline, 60'000);
  wheel.arm(deadline, 500);
  wheel.advance(4999 + 500 + 2 * tick);
  BOOST_TEST(deadline.times == 1);
}

BOOST_AUTO_TEST_CASE(tells_what_is_left) {
  DeadlineWheel wheel(tick, 0);
  Counted deadline;
  BOOST_TEST(wheel.left_ms(deadline) == 0);
  wheel.arm(deadline, 5000);
  BOOST_TEST(wheel.left_ms(deadline) == 5000);
  wheel.advance(3 * tick);
  BOOST_TEST(wheel.left_ms(deadline) == 5000 - 3 * tick);
  deadline.disarm();
  BOOST_TEST(wheel.left_ms(deadline) == 0);
}

BOOST_AUTO_TEST_CASE(longer_than_a_round) {
  DeadlineWheel wheel(1, 0);
  Counted deadline;
  wheel.arm(deadline, 2000);
  wheel.advance(1999);
  BOOST_TEST(deadline.times == 0);
  wheel.advance(2002);
  BOOST_TEST(deadline.times == 1);
}

// Expiring, it arms itself again and destroys another of the same tick.
struct Meddler final : Deadline {
  DeadlineWheel* wheel = nullptr;
  std::unique_ptr<Counted> victim;
  int times = 0;
  void expired() override {
    ++times;
    victim.reset();
    wheel->arm(*this, 512 * tick);  // the slot that is being swept
  }
};

BOOST_AUTO_TEST_CASE(expired_may_arm_and_destroy) {
  DeadlineWheel wheel(tick, 0);
  Meddler meddler;
  meddler.wheel = &wheel;
  meddler.victim = std::make_unique<Counted>();
  wheel.arm(meddler, 500);
  wheel.arm(*meddler.victim, 500);
  wheel.advance(500 + 2 * tick);
  BOOST_TEST(meddler.times == 1);
  BOOST_TEST(!meddler.victim);
  wheel.advance(500 + 2 * tick + 514 * tick);
  BOOST_TEST(meddler.times == 2);
}

// Any order of arm, disarm and advance: expired exactly when due, within two ticks.
BOOST_AUTO_TEST_CASE(agrees_with_a_list) {
  struct Checked final : Deadline {
    std::int64_t due = -1;
    std::int64_t* now = nullptr;
    void expired() override {
      BOOST_TEST(due >= 0);
      BOOST_TEST(due <= *now);
      due = -1;
    }
  };
  std::mt19937_64 random(test::seed());
  std::int64_t now = 0;
  DeadlineWheel wheel(tick, now);
  std::vector<Checked> deadlines(50);
  for (int step = 0; step < 20'000; ++step) {
    auto& deadline = deadlines[random() % deadlines.size()];
    deadline.now = &now;
    switch (random() % 4) {
      case 0:
      case 1: {
        const int after = static_cast<int>(random() % 300'000);
        wheel.arm(deadline, after);
        deadline.due = now + after;
        break;
      }
      case 2:
        deadline.disarm();
        deadline.due = -1;
        break;
      case 3:
        now += static_cast<std::int64_t>(random() % 3000);
        wheel.advance(now);
        for (const auto& other : deadlines) {
          BOOST_TEST((other.due < 0 || other.due > now - 2 * tick));
        }
        break;
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
