// dobsonctl: texts for people and servers, and the digests in both of their spellings.

#include "tools/dobsonctl/text.h"

#include <boost/test/unit_test.hpp>

#include "tools/dobsonctl/digest.h"
#include "tools/dobsonctl/failure.h"
#include "tools/dobsonctl/table.h"

namespace dobson::ctl {
namespace {

BOOST_AUTO_TEST_SUITE(dobsonctl_text)

BOOST_AUTO_TEST_CASE(unreserved_characters_stay_and_all_others_are_encoded) {
  BOOST_TEST(percent_encode("aZ09-._~") == "aZ09-._~");
  BOOST_TEST(percent_encode("a b+c%/d?#&;=") == "a%20b%2Bc%25%2Fd%3F%23%26%3B%3D");
  BOOST_TEST(percent_encode("a//b/../c", "/") == "a//b/../c");
  BOOST_TEST(percent_encode("\xC3\xBC\x01\x7F\xFF") == "%C3%BC%01%7F%FF");
  BOOST_TEST(percent_encode("") == "");
}

BOOST_AUTO_TEST_CASE(sizes_change_their_unit_where_the_next_one_begins) {
  BOOST_TEST(human_size(0) == "0 B");
  BOOST_TEST(human_size(1023) == "1023 B");
  BOOST_TEST(human_size(1024) == "1.0 KiB");
  BOOST_TEST(human_size(1536) == "1.5 KiB");
  BOOST_TEST(human_size(1024 * 1024 - 1) == "1.0 MiB");
  BOOST_TEST(human_size(18446744073709551615.0) == "16.0 EiB");
}

BOOST_AUTO_TEST_CASE(numbers_are_grouped_by_three) {
  BOOST_TEST(grouped(0) == "0");
  BOOST_TEST(grouped(999) == "999");
  BOOST_TEST(grouped(1000) == "1,000");
  BOOST_TEST(grouped(1234567) == "1,234,567");
  BOOST_TEST(grouped(123456) == "123,456");
}

BOOST_AUTO_TEST_CASE(durations_read_like_a_clock) {
  BOOST_TEST(clock_text(0.4) == "0:00");
  BOOST_TEST(clock_text(59.6) == "1:00");
  BOOST_TEST(clock_text(75) == "1:15");
  BOOST_TEST(clock_text(3675) == "1:01:15");
  BOOST_TEST(clock_text(-1) == "0:00");
}

BOOST_AUTO_TEST_CASE(times_are_told_in_utc) {
  BOOST_TEST(utc_text(1551776821999) == "2019-03-05 09:07:01");
  BOOST_TEST(utc_text(0) == "never");
  BOOST_TEST(utc_text(-1) == "never");
  BOOST_TEST(utc_text(INT64_MAX).size() > 0);
}

BOOST_AUTO_TEST_CASE(tables_are_aligned) {
  Table table({{"N"}, {"NAME", Table::Side::left}, {"LAST", Table::Side::left}});
  table.add({"10", "\xC3\xBC", "x"});
  table.add({"1", "a\n", ""});
  BOOST_TEST(table.take() ==
             " N  NAME   LAST\n"
             "10  \xC3\xBC      x\n"
             " 1  a\\x0a\n");
  table.add({"1000", "b", "y"});
  BOOST_TEST(table.take() == "1000  b      y\n");
  BOOST_TEST(table.take() == "");
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_no_control_characters) {
  BOOST_TEST(printable("plain \xC3\xBC") == "plain \xC3\xBC");
  BOOST_TEST(printable("a\nb\x1B[31m\x7F") == "a\\x0ab\\x1b[31m\\x7f");
  BOOST_TEST(printable("bad\xFF\xC3\xBC") == "bad\\xff\\xc3\\xbc");
}

BOOST_AUTO_TEST_CASE(digests_of_rfc_1321_and_their_base64) {
  Md5 digest;
  BOOST_TEST(digest.hex() == "d41d8cd98f00b204e9800998ecf8427e");
  digest.restart();
  digest.update("message ");
  digest.update("digest");
  const std::string hex = digest.hex();
  BOOST_TEST(hex == "f96b697d7cb7938d525a2f31aaf161d0");
  // printf 'message digest' | openssl md5 -binary | base64
  BOOST_TEST(content_md5(hex) == "+WtpfXy3k41SWi8xqvFh0A==");
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_next_step) {
  BOOST_TEST(next_step({.reason = "", .code = "bucketNotEmpty"}).find("rm -r") !=
             std::string_view::npos);
  BOOST_TEST(next_step({.reason = "", .exit = Exit::unreachable}).find("DOBSON_URL") !=
             std::string_view::npos);
  BOOST_TEST(next_step({.reason = "", .code = "badDigest"}) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ctl
