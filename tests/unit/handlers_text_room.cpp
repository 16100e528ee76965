#include "handlers/common/text_room.h"

#include <boost/test/unit_test.hpp>
#include <optional>

namespace dobson {

BOOST_AUTO_TEST_SUITE(handlers_text_room)

BOOST_AUTO_TEST_CASE(shares_have_one_bound_and_give_back) {
  TextRoom room;
  std::optional<TextRoom::Share> first(std::in_place, room);
  TextRoom::Share second(room);
  BOOST_TEST(first->grow(limits::text_bytes - 1));
  BOOST_TEST(second.grow(1));
  BOOST_TEST(!second.grow(1));
  first.reset();
  BOOST_TEST(second.grow(limits::text_bytes - 2));
  BOOST_TEST(!second.grow(1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson
