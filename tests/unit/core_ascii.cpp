#include "core/base/ascii.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace dobson {

BOOST_AUTO_TEST_SUITE(core_ascii)

BOOST_AUTO_TEST_CASE(every_byte_at_every_place) {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int value = 0; value < 256; ++value) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(value);
        BOOST_TEST_CONTEXT(value << " at " << place << " of " << size) {
          BOOST_TEST(has_control(text) == (value < ' '));
          BOOST_TEST(is_plain(text) ==
                     (value >= ' ' && value < 0x7F && value != '"' && value != '\\'));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_plain) {
  BOOST_TEST(is_plain(""));
  BOOST_TEST(!has_control(""));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson
