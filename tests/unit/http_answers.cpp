// Heads and bodies of answers, as the client reads them.

#include <boost/test/unit_test.hpp>
#include <string>

#include "core/base/limits.h"
#include "tests/support/http_cases.h"
#include "tests/support/http_events.h"

namespace dobson {
namespace {

// In one piece and byte by byte.
std::string events_of(std::string_view stream) {
  const auto events = test::events_in<test::AnswerEvents>(stream);
  BOOST_TEST(test::events_byte_by_byte<test::AnswerEvents>(stream) == events);
  return events;
}
std::string ok(std::string_view headers, std::string_view rest = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(headers) + "\r\n" + std::string(rest);
}
bool malformed(std::string_view stream) {
  return events_of(stream) == "malformed";
}

BOOST_AUTO_TEST_SUITE(http_answers)

BOOST_AUTO_TEST_CASE(answers_in_full) {
  BOOST_TEST(events_of("HTTP/1.1 200 OK\r\nX:  y z \t\r\nContent-Length: 3\r\n\r\nabc"
                       "HTTP/1.0 404 not here\r\ncontent-length:0\r\n\r\n") ==
             "200 stay 3 X=y z Content-Length=3 body=abc|end\n"
             "404 close 0 content-length=0 body=|end\n");
  BOOST_TEST(events_of("HTTP/1.1 599\r\nContent-Length: 0\r\n\r\n") ==
             "599 stay 0 Content-Length=0 body=|end\n");
  BOOST_TEST(events_of("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n") ==
             "200 stay 0 Content-Length=0 body=|end\n");
}

BOOST_AUTO_TEST_CASE(status_lines_refused) {
  for (const auto line :
       {"HTTP/2.0 200 OK", "HTTP/1.2 200 OK", "HTTP/0.9 200 OK", "http/1.1 200 OK", "ICY 200 OK",
        "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK",
        "HTTP/1.1 0200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 200OK", "HTTP/1.1 OK", "HTTP/1.1",
        "HTTP/1.1\t200 OK", "HTTP/1.1 -20 OK", "GET / HTTP/1.1", "", " HTTP/1.1 200 OK"}) {
    BOOST_TEST(malformed(std::string(line) + "\r\nContent-Length: 0\r\n\r\n"), line);
  }
  BOOST_TEST(malformed("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"));
  BOOST_TEST(malformed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n"));
  BOOST_TEST(malformed("\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  BOOST_TEST(malformed("<html>"));
}

BOOST_AUTO_TEST_CASE(headers_refused) {
  for (const auto header : test::wrong_headers) {
    BOOST_TEST(malformed(ok(header)), header);
  }
}

BOOST_AUTO_TEST_CASE(lengths_of_bodies) {
  for (const auto headers : test::wrong_lengths) {
    BOOST_TEST(malformed(ok(headers, "0\r\n\r\n")), headers);
  }
  BOOST_TEST(malformed("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  BOOST_TEST(events_of(ok("", "abcHTTP/1.1 200 OK\r\n\r\n")) ==
             "200 close stream body=abcHTTP/1.1 200 OK\r\n\r\n");
  BOOST_TEST(events_of(ok("Connection: keep-alive\r\n")) ==
             "200 close stream Connection=keep-alive body=");
}

BOOST_AUTO_TEST_CASE(chunks) {
  const auto body_of = [](std::string_view body) {
    const auto events = events_of(ok("Transfer-Encoding: chunked\r\n", body));
    return events.substr(events.find("body=") + 5);
  };
  BOOST_TEST(body_of("5\r\nhello\r\n00001;a=b\r\n!\r\n0\r\nTrailer: x\r\n\r\n") == "hello!|end\n");
  for (const auto body : test::wrong_chunks) {
    BOOST_TEST(body_of(body).ends_with("|malformed body"), body);
  }
  const std::string endless(limits::head_bytes + 1, 'x');
  BOOST_TEST(body_of("1;" + endless).ends_with("|malformed body"));
  BOOST_TEST(body_of("0\r\nT: " + endless).ends_with("|malformed body"));
}

BOOST_AUTO_TEST_CASE(answers_without_a_body) {
  for (const std::string status : {"100", "101", "199", "204", "304"}) {
    for (const std::string headers :
         {"", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"}) {
      const auto events = events_of("HTTP/1.1 " + status + " x\r\n" + headers + "\r\n");
      BOOST_TEST(events.starts_with(status + " stay"));
      BOOST_TEST(events.ends_with("body=|end\n"));
    }
  }
  http::ResponseParser to_head(true);
  const auto head = ok("Content-Length: 3\r\n");
  BOOST_TEST((to_head.parse_head(head) == http::ResponseParser::Head::complete));
  BOOST_TEST(to_head.body_ended());
  http::ResponseParser::HeaderStorage storage;
  BOOST_TEST(to_head.response(head, storage).content_length.value() == 3u);
}

BOOST_AUTO_TEST_CASE(keep_alive) {
  const auto stays = [](std::string_view version, std::string_view connection) {
    const auto events = events_of(std::string(version) + " 200 OK\r\nContent-Length: 0\r\n" +
                                  std::string(connection) + "\r\n");
    return events.find(" stay ") != events.npos;
  };
  BOOST_TEST(stays("HTTP/1.1", ""));
  BOOST_TEST(!stays("HTTP/1.1", "Connection: close\r\n"));
  BOOST_TEST(!stays("HTTP/1.1", "Connection: Keep-Alive, CLOSE\r\n"));
  BOOST_TEST(!stays("HTTP/1.0", ""));
  BOOST_TEST(stays("HTTP/1.0", "Connection: keep-alive\r\n"));
}

BOOST_AUTO_TEST_CASE(limits_at_n_and_one_more) {
  const auto padded = [](std::size_t size) {
    const auto around = ok("Content-Length: 0\r\nA: \r\n").size();
    return ok("Content-Length: 0\r\nA: " + std::string(size - around, 'a') + "\r\n");
  };
  BOOST_TEST(padded(limits::head_bytes).size() == limits::head_bytes);
  BOOST_TEST(events_of(padded(limits::head_bytes)).ends_with("|end\n"));
  BOOST_TEST(events_of(padded(limits::head_bytes + 1)) == "too_large");

  const auto many = [](std::size_t count) {
    std::string headers = "Content-Length: 0\r\n";
    for (std::size_t i = 1; i < count; ++i) headers += "A: b\r\n";
    return ok(headers);
  };
  BOOST_TEST(events_of(many(limits::headers)).ends_with("|end\n"));
  BOOST_TEST(events_of(many(limits::headers + 1)) == "too_large");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
