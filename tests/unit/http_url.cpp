#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <memory_resource>
#include <string>

#include "http/message/headers.h"
#include "http/message/request.h"
#include "http/message/status.h"
#include "http/message/url.h"

namespace dobson::http {
namespace {

struct Decoded {
  std::pmr::monotonic_buffer_resource memory;
  std::string path(std::string_view text) {
    return std::string(percent_decode(text, memory).value_or("bad"));
  }
  std::string form(std::string_view text) {
    return std::string(form_decode(text, memory).value_or("bad"));
  }
};

BOOST_AUTO_TEST_SUITE(http_url)

BOOST_AUTO_TEST_CASE(decoding) {
  Decoded decoded;
  BOOST_TEST(decoded.path("a+b") == "a+b");
  BOOST_TEST(decoded.path("%41%2f%2F%c3%A9") == "A//\xc3\xa9");
  BOOST_TEST(decoded.path("%00").size() == 1u);
  BOOST_TEST(decoded.path("%2541") == "%41");
  BOOST_TEST(decoded.form("a+b%2B") == "a b+");
  for (const auto bad : {"%", "a%", "%4", "%4g", "%g4", "%%41", "%+1"}) {
    BOOST_TEST(decoded.path(bad) == "bad", bad);
    BOOST_TEST(decoded.form(bad) == "bad", bad);
  }
}

BOOST_AUTO_TEST_CASE(text_without_encoding_is_not_copied) {
  Decoded decoded;
  const std::string_view plain = "a/b";
  BOOST_TEST(percent_decode(plain, decoded.memory)->data() == plain.data());
}

BOOST_AUTO_TEST_CASE(comparing_form_text) {
  BOOST_TEST(form_equals("k%65y", "key"));
  BOOST_TEST(form_equals("a+b", "a b"));
  BOOST_TEST(form_equals("", ""));
  BOOST_TEST(!form_equals("keys", "key"));
  BOOST_TEST(!form_equals("ke", "key"));
  BOOST_TEST(!form_equals("ke%", "key"));
}

BOOST_AUTO_TEST_CASE(parts_of_a_query) {
  std::string_view query = "a=b=c&&d&=e&f=";
  std::string seen;
  while (!query.empty()) {
    const auto [name, value] = take_query_part(query);
    seen += "(" + std::string(name) + "|" + std::string(value) + ")";
  }
  BOOST_TEST(seen == "(a|b=c)(|)(d|)(|e)(f|)");
}

BOOST_AUTO_TEST_CASE(one_value_of_a_query) {
  BOOST_TEST(query_value("x=1&k%65y=a+b&key=2", "key").value() == "a b");
  BOOST_TEST(query_value("key", "key").value() == "");
  BOOST_TEST(!query_value("keys=1", "key"));
  BOOST_TEST(!query_value("key=%", "key"));
}

BOOST_AUTO_TEST_CASE(headers_compare_without_case) {
  const Header headers[] = {{"Host", "h"}, {"x-A", "1"}, {"X-a", "2"}};
  Request request;
  request.headers = headers;
  BOOST_TEST(*request.header("X-A") == "1");
  BOOST_TEST(request.count("x-a") == 2u);
  BOOST_TEST(request.header("x-b") == nullptr);
  BOOST_TEST(request.count("x-b") == 0u);
  BOOST_TEST(!equal_names("@", "`"));
  BOOST_TEST(trim_end("a b \t") == "a b");
}

BOOST_AUTO_TEST_CASE(equal_names_have_one_bit) {
  for (const std::string_view name : {"Date", "x-ozone-version", "If-None-Match", "A", "^_`~Z9"}) {
    std::string upper(name);
    std::ranges::transform(upper, upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
    });
    BOOST_TEST(name_bit(name) == name_bit(upper));
    BOOST_TEST(std::has_single_bit(name_bit(name)));
  }
  Request request;
  const Header header{"Date", "d"};
  request.headers = {&header, 1};
  request.names = name_bit("dATE");
  BOOST_TEST(*request.header("date") == "d");
  request.names = 0;
  BOOST_TEST(request.header("Date") == nullptr);
}

BOOST_AUTO_TEST_CASE(status_lines) {
  BOOST_TEST(status_line(404) == "HTTP/1.1 404 Not Found\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::http
