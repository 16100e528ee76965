// Dates of HTTP. That they are read back as they were written: tests/unit/ozone_grammars.cpp.

#include <boost/test/unit_test.hpp>

#include "core/time/http_date.h"

namespace dobson {
namespace {

BOOST_AUTO_TEST_SUITE(core_time)

BOOST_AUTO_TEST_CASE(dates_are_english_and_of_fixed_width) {
  const auto text = [](UnixMillis time) { return std::string(HttpDate(time)); };
  BOOST_TEST(text(784111777'000) == "Sun, 06 Nov 1994 08:49:37 GMT");   // of RFC 7231 §7.1.1.1
  BOOST_TEST(text(1551776821'999) == "Tue, 05 Mar 2019 09:07:01 GMT");  // of the contract page
  BOOST_TEST(text(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(text(951826332'000) == "Tue, 29 Feb 2000 12:12:12 GMT");
  BOOST_TEST(text(4102444800'000) == "Fri, 01 Jan 2100 00:00:00 GMT");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
