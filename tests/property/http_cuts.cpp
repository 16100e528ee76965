// However a byte stream is cut, the parser sees the same requests, bodies and refusals.

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/http_events.h"
#include "tests/support/seed.h"

namespace dobson {
namespace {

using Random = std::mt19937_64;

std::string_view one_of(Random& random, std::initializer_list<std::string_view> choices) {
  return choices.begin()[random() % choices.size()];
}

std::string chunked_body(Random& random) {
  std::string body;
  for (auto chunks = random() % 4; chunks != 0; --chunks) {
    const auto size = 1 + random() % 40;
    constexpr std::string_view digits = "0123456789abcdef";
    for (auto zeros = random() % 3; zeros != 0; --zeros) body += '0';
    if (size >= 16) body += digits[size / 16];
    body += digits[size % 16];
    body += one_of(random, {"", "", ";a", ";a=b"});
    body += "\r\n" + std::string(size, 'x') + "\r\n";
  }
  return body + "0\r\n" + std::string(one_of(random, {"", "", "T: 1\r\n"})) + "\r\n";
}

std::string request(Random& random) {
  std::string text(one_of(random, {"", "", "", "\r\n"}));
  text += one_of(random, {"GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS", "PURGE"});
  text += ' ';
  text += one_of(random, {"/", "/v/b/k", "/a?b=c&d", "/a#b", "http://h/p?q", "http://h", "*",
                          "/v|{}^", "/%20", "//"});
  text += one_of(random, {" HTTP/1.1", " HTTP/1.1", " HTTP/1.1", " HTTP/1.0"});
  text += "\r\n";
  text += one_of(random, {"Host: x\r\n", "Host: x\r\n", "host:\r\n", "Host: x\r\nHost: x\r\n", ""});
  text += one_of(random, {"", "", "Connection: close\r\n", "Connection: keep-alive\r\n"});
  text += one_of(random, {"", "", "A: b \t\r\n", "A:\r\n", "A: b\r\n c\r\n", "A:\r\n b\r\n"});
  text += one_of(random, {"", "", "Expect: 100-continue\r\n", "Expect: x\r\n",
                          "Upgrade: h2c\r\nConnection: upgrade\r\n"});
  switch (random() % 6) {
    case 0:
      return text + "Transfer-Encoding: chunked\r\n\r\n" + chunked_body(random);
    case 1:
      return text + "Content-Length: 5\r\n\r\nhello";
    case 2:
      return text + "Content-Length: 0\r\n\r\n";
    default:
      return text + "\r\n";
  }
}

std::string stream(Random& random) {
  std::string text;
  for (auto requests = 1 + random() % 4; requests != 0; --requests) text += request(random);
  if (random() % 2 == 0) {
    for (auto changes = 1 + random() % 3; changes != 0; --changes) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
  }
  return text;
}

std::string in_random_pieces(Random& random, std::string_view text) {
  test::HttpEvents events;
  const auto longest = 1 + random() % 50;
  while (!text.empty()) {
    const auto size = std::min<std::size_t>(1 + random() % longest, text.size());
    events.feed(text.substr(0, size));
    text.remove_prefix(size);
  }
  return events.text();
}

BOOST_AUTO_TEST_SUITE(http_cuts)

BOOST_AUTO_TEST_CASE(any_cut_gives_the_same_events) {
  Random random(test::seed());
  for (int round = 0; round < 3000; ++round) {
    const auto text = stream(random);
    const auto whole = test::events_of(text);
    BOOST_TEST_REQUIRE(test::events_byte_by_byte<test::HttpEvents>(text) == whole, text);
    BOOST_TEST_REQUIRE(in_random_pieces(random, text) == whole, text);
  }
}

// Around each limit the refusal does not depend on the cut, whatever else is wrong behind it.
BOOST_AUTO_TEST_CASE(any_cut_gives_the_same_refusal_at_the_limits) {
  Random random(test::seed());
  for (int round = 0; round < 40; ++round) {
    const auto near = [&random](std::size_t limit) { return limit - 4 + random() % 8; };
    const std::string wrong(one_of(random, {"", "\x01", "\r\n :\r\n", "\x80"}));
    std::string text;
    switch (random() % 3) {
      case 0:
        text = "GET /" + std::string(near(limits::target_bytes), 'a') + wrong;
        text += " HTTP/1.1\r\nHost: x\r\n\r\n";
        break;
      case 1:
        text =
            "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(near(limits::head_bytes - 32), 'a') +
            wrong + "\r\n\r\n";
        break;
      default:
        text = "GET / HTTP/1.1\r\n";
        for (auto headers = near(limits::headers); headers != 0; --headers) text += "Host: x\r\n";
        text += wrong + "\r\n";
    }
    const auto whole = test::events_of(text);
    BOOST_TEST_REQUIRE(test::events_byte_by_byte<test::HttpEvents>(text) == whole, text);
    BOOST_TEST_REQUIRE(in_random_pieces(random, text) == whole, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
