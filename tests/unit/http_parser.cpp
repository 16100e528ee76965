#include <boost/test/unit_test.hpp>
#include <string>

#include "core/base/limits.h"
#include "tests/support/http_cases.h"
#include "tests/support/http_events.h"

namespace dobson {
namespace {

using test::events_of;

// A head of 1.1 with a Host, followed by `rest`.
std::string get(std::string_view target, std::string_view headers = "",
                std::string_view rest = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n" +
         std::string(rest);
}

bool taken(std::string_view stream) {
  const auto events = events_of(stream);
  return events.ends_with("|end\n") && events.find("malformed") == events.npos;
}
bool malformed(std::string_view stream) {
  return events_of(stream) == "malformed";
}

BOOST_AUTO_TEST_SUITE(http_parser)

BOOST_AUTO_TEST_CASE(a_head_in_full) {
  BOOST_TEST(events_of("PUT /a/b?c=d#e HTTP/1.1\r\nhOsT: h\r\nX:  y z \t\r\nContent-Length: 3\r\n"
                       "\r\nabcGET / HTTP/1.0\r\n\r\n") ==
             "3 /a/b?c=d [/a/b][c=d] 1.1 stay 3 hOsT=h X=y z Content-Length=3 body=abc|end\n"
             "0 / [/][] 1.0 close body=|end\n");
}

BOOST_AUTO_TEST_CASE(targets) {
  const auto path_of = [](std::string_view target) {
    const auto events = events_of(get(target));
    const auto begin = events.find('[');
    return events.substr(begin, events.find(' ', begin) - begin);
  };
  BOOST_TEST(path_of("/") == "[/][]");
  BOOST_TEST(path_of("/?") == "[/][]");
  BOOST_TEST(path_of("/a?b?c") == "[/a][b?c]");
  BOOST_TEST(path_of("/a#b?c") == "[/a][]");
  BOOST_TEST(path_of("/a?b#c") == "[/a][b]");
  BOOST_TEST(path_of("/|{}^") == "[/|{}^][]");
  BOOST_TEST(path_of("/?|{}^") == "[/][|{}^]");
  BOOST_TEST(path_of("//a//") == "[//a//][]");
  BOOST_TEST(path_of("http://h:1/a?b") == "[/a][b]");
  BOOST_TEST(path_of("HTTPS://h/a") == "[/a][]");
  BOOST_TEST(path_of("http://h") == "[/][]");
  BOOST_TEST(path_of("http://h?b") == "[/][b]");
  BOOST_TEST(path_of("/a://b") == "[/a://b][]");
}

BOOST_AUTO_TEST_CASE(targets_refused) {
  for (const auto target : {"a", "*", "?a", "#a", "ftp://h/a", "http:/a", "/a\x80", "/?\xff",
                            "/a\x7f", "/a\tb", "/a b", ""}) {
    BOOST_TEST(malformed(get(target)), target);
  }
  BOOST_TEST(malformed("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"));
  BOOST_TEST(malformed("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(request_lines_refused) {
  for (const auto line :
       {"GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9",
        "GET /", "GET / RTSP/1.0", "OPTIONS / RTSP/1.0", "SOURCE / ICE/1.0", "GET / http/1.1",
        "GET\t/ HTTP/1.1", "G@T / HTTP/1.1", " GET / HTTP/1.1", "HTTP/1.1 200 OK"}) {
    BOOST_TEST(malformed(std::string(line) + "\r\nHost: h\r\n\r\n"), line);
  }
  BOOST_TEST(malformed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  BOOST_TEST(malformed("GET / HTTP/1.1\nHost: h\r\n\r\n"));
  BOOST_TEST(malformed("GET / HTTP/1.1\r\nHost: h\r\n\n"));
  BOOST_TEST(malformed("GET / HTTP/1.0\r\n\n"));
}

BOOST_AUTO_TEST_CASE(any_token_is_a_method) {
  const std::string rest = " /a HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const auto method :
       {"FOO", "get", "GETS", "M-SEARCH", "CONNECT", "SOURCE", "!#$%&'*+-.^_`|~9"}) {
    BOOST_TEST(events_of("\r\n\r\n" + (method + rest)) ==
               "7 /a [/a][] 1.1 stay Host=h body=|end\n");
  }
  BOOST_TEST(malformed("\r\n" + rest));
  BOOST_TEST(malformed(std::string("G\0T", 3) + rest));
  const std::size_t most = limits::head_bytes;
  BOOST_TEST(events_of(std::string(most - 1, 'G')) == "");
  BOOST_TEST(events_of(std::string(most, 'G')) == "too_large");
}

BOOST_AUTO_TEST_CASE(headers_refused) {
  for (const auto header : test::wrong_headers) {
    BOOST_TEST(malformed(get("/", header)), header);
  }
  BOOST_TEST(taken(get("/", "A: \x80\xff\r\nB:\r\nC: \t \r\n")));
}

BOOST_AUTO_TEST_CASE(host) {
  BOOST_TEST(malformed("GET / HTTP/1.1\r\n\r\n"));
  BOOST_TEST(taken("GET / HTTP/1.0\r\n\r\n"));
  BOOST_TEST(taken("GET / HTTP/1.1\r\nHost:\r\n\r\n"));
  BOOST_TEST(taken(get("/", "HOST: h \r\n")));
  BOOST_TEST(malformed(get("/", "Host: other\r\n")));
}

BOOST_AUTO_TEST_CASE(lengths_of_bodies) {
  for (const auto headers : test::wrong_lengths) {
    BOOST_TEST(malformed(get("/", headers, "0\r\n\r\n")), headers);
  }
  BOOST_TEST(malformed("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  BOOST_TEST(taken(get("/", "Content-Length: 003 \r\n", "abc")));
  BOOST_TEST(taken(get("/", "transfer-encoding: CHUNKED\r\n", "0\r\n\r\n")));
  BOOST_TEST(events_of(get("/", "Content-Length: 18446744073709551615\r\n")).ends_with(" body="));
}

BOOST_AUTO_TEST_CASE(chunks) {
  const auto body_of = [](std::string_view body) {
    const auto events = events_of(get("/", "Transfer-Encoding: chunked\r\n", body));
    return events.substr(events.find("body=") + 5);
  };
  BOOST_TEST(body_of("5\r\nhello\r\n00001\r\n!\r\n0\r\n\r\n") == "hello!|end\n");
  BOOST_TEST(body_of("5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\n") == "hello|end\n");
  for (const auto body : test::wrong_chunks) {
    BOOST_TEST(body_of(body).ends_with("|malformed body"), body);
  }
}

// Extensions and trailers carry nothing; a body that is made of them is not read for ever.
BOOST_AUTO_TEST_CASE(framing_without_data_is_bounded) {
  const auto ends = [](std::string_view before, std::size_t framing, std::string_view after) {
    const auto body =
        std::string(before) + std::string(framing - after.size(), 'x') + std::string(after);
    return !events_of(get("/", "Transfer-Encoding: chunked\r\n", body)).ends_with("malformed body");
  };
  constexpr std::size_t limit = limits::head_bytes;
  BOOST_TEST(ends("1;", limit - 2, "\r\na\r\n0\r\n\r\n"));
  BOOST_TEST(!ends("1;", limit + 10, "\r\na\r\n0\r\n\r\n"));
  BOOST_TEST(ends("0\r\nT: ", limit - 6, "\r\n\r\n"));
  BOOST_TEST(!ends("0\r\nT: ", limit - 5, "\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(keep_alive) {
  const auto stays = [](std::string_view version, std::string_view connection) {
    const auto events = events_of("GET / " + std::string(version) + "\r\nHost: h\r\n" +
                                  std::string(connection) + "\r\n");
    return events.find(" stay ") != events.npos;
  };
  BOOST_TEST(stays("HTTP/1.1", ""));
  BOOST_TEST(!stays("HTTP/1.1", "Connection: close\r\n"));
  BOOST_TEST(!stays("HTTP/1.1", "Connection: Keep-Alive, CLOSE\r\n"));
  BOOST_TEST(!stays("HTTP/1.0", ""));
  BOOST_TEST(stays("HTTP/1.0", "Connection: keep-alive\r\n"));
  BOOST_TEST(!stays("HTTP/1.0", "Connection: keep-alive\r\nConnection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(expectations) {
  const auto has = [](std::string_view stream, std::string_view word) {
    const auto events = events_of(stream);
    return events.find(word) != events.npos;
  };
  BOOST_TEST(has(get("/", "Expect: 100-Continue\r\n"), " expect "));
  BOOST_TEST(has(get("/", "Expect: 200-maybe\r\n"), " unknown "));
  const std::string_view old = "GET / HTTP/1.0\r\nExpect: 100-continue\r\nExpect: x\r\n\r\n";
  BOOST_TEST(!has(old, " expect "));
  BOOST_TEST(!has(old, " unknown "));
}

BOOST_AUTO_TEST_CASE(limits_at_n_and_one_more) {
  const auto target = [](std::size_t size) { return "/" + std::string(size - 1, 'a'); };
  BOOST_TEST(taken(get(target(limits::target_bytes))));
  BOOST_TEST(events_of(get(target(limits::target_bytes + 1))) == "target_too_long");

  const auto padded = [](std::size_t size) {
    const auto around = get("/", "A: \r\n").size();
    return get("/", "A: " + std::string(size - around, 'a') + "\r\n");
  };
  BOOST_TEST(padded(limits::head_bytes).size() == limits::head_bytes);
  BOOST_TEST(taken(padded(limits::head_bytes)));
  BOOST_TEST(events_of(padded(limits::head_bytes + 1)) == "too_large");

  const auto many = [](std::size_t count) {
    std::string headers;
    for (std::size_t i = 1; i < count; ++i) headers += "A: b\r\n";  // one is Host
    return get("/", headers);
  };
  BOOST_TEST(taken(many(limits::headers)));
  BOOST_TEST(events_of(many(limits::headers + 1)) == "too_large");
}

BOOST_AUTO_TEST_CASE(upgrades_are_not_offered) {
  BOOST_TEST(taken(get("/", "Upgrade: h2c\r\nConnection: upgrade\r\n", get("/"))));
}

BOOST_AUTO_TEST_CASE(reads_little_beyond_a_body) {
  http::RequestParser parser;
  std::string head = get("/", "Content-Length: 10\r\n");
  BOOST_TEST((parser.parse_head(head) == http::RequestParser::Head::complete));
  BOOST_TEST(parser.body_read_limit() == 10u);
  std::string some = "abc";
  (void)parser.parse_body(some);
  BOOST_TEST(parser.body_read_limit() == 7u);

  parser.next_request();
  head = get("/", "Transfer-Encoding: chunked\r\n");
  BOOST_TEST((parser.parse_head(head) == http::RequestParser::Head::complete));
  BOOST_TEST(parser.body_read_limit() == limits::body_overread_bytes);
  some = "100000\r\nabc";
  (void)parser.parse_body(some);
  BOOST_TEST(parser.body_read_limit() == 0x100000 - 3 + limits::body_overread_bytes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
