#include <boost/test/unit_test.hpp>

#include "storage/blocks/reservations.h"

namespace dobson::storage {
namespace {

using Ranges = std::vector<ByteRange>;

BOOST_AUTO_TEST_SUITE(blocks_reservations)

BOOST_AUTO_TEST_CASE(ranges_follow_each_other_up_to_the_limit) {
  Reservations space(100, 160);
  BOOST_TEST(space.take(10).value() == 100u);
  BOOST_TEST(space.take(20).value() == 110u);
  BOOST_TEST(!space.take(31).has_value());
  BOOST_TEST(space.take(30).value() == 130u);
  BOOST_TEST(space.left() == 0u);
  BOOST_TEST((space.in_flight() == Ranges{{100, 110}, {110, 130}, {130, 160}}));
}

BOOST_AUTO_TEST_CASE(the_last_range_gives_its_tail_back) {
  Reservations space(0, 100);
  space.take(50);
  BOOST_TEST(!space.trim(0, 20).has_value());
  BOOST_TEST(space.end() == 20u);
  BOOST_TEST(space.take(5).value() == 20u);
}

BOOST_AUTO_TEST_CASE(a_tail_in_the_middle_is_garbage) {
  Reservations space(0, 100);
  space.take(50);
  space.take(10);
  BOOST_TEST((space.trim(0, 20) == ByteRange{20, 50}));
  BOOST_TEST(space.end() == 60u);
  BOOST_TEST((space.in_flight() == Ranges{{0, 20}, {50, 60}}));
}

BOOST_AUTO_TEST_CASE(a_released_range_is_not_taken_again) {
  Reservations space(0, 100);
  space.take(50);
  BOOST_TEST((space.release(0) == ByteRange{0, 50}));
  BOOST_TEST(space.idle());
  BOOST_TEST(space.take(1).value() == 50u);
}

BOOST_AUTO_TEST_CASE(subtraction) {
  const ByteRange outer{10, 20};
  BOOST_TEST((subtract(outer, {}) == Ranges{{10, 20}}));
  BOOST_TEST((subtract(outer, {{0, 10}, {20, 30}}) == Ranges{{10, 20}}));
  BOOST_TEST((subtract(outer, {{0, 12}, {14, 15}, {19, 30}}) == Ranges{{12, 14}, {15, 19}}));
  BOOST_TEST((subtract(outer, {{0, 30}}) == Ranges{}));
  BOOST_TEST((subtract({20, 10}, {}) == Ranges{}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
