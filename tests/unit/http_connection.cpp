// One client on a real socket: requests in order, barriers, bodies and streams.

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

#include "core/base/limits.h"
#include "tests/support/http_client.h"
#include "tests/support/http_fixture.h"

namespace dobson {
namespace {

using test::HttpClient;
using test::HttpFixture;
using test::Reply;

std::string request(std::string_view line, std::string_view headers = "",
                    std::string_view body = "") {
  return std::string(line) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}

std::string sized(std::string_view line, std::string_view body, std::string_view headers = "") {
  return request(
      line, "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers), body);
}

struct Fixture : HttpFixture {
  HttpClient client{address()};
};

BOOST_FIXTURE_TEST_SUITE(http_connection, Fixture, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(an_answer_in_full) {
  client.send(request("GET /hello"));
  const Reply reply = client.reply();
  BOOST_TEST(reply.head ==
             "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
             "Connection: keep-alive\r\n");
  BOOST_TEST(reply.body == "hello");
}

BOOST_AUTO_TEST_CASE(many_requests_on_one_connection) {
  for (int i = 0; i < 100; ++i) BOOST_TEST(client.ask(request("GET /hello")).status == 200);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
  std::string all;
  for (int i = 0; i < 500; ++i) all += request("GET /text?text=" + std::to_string(i));
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 500; ++i) BOOST_TEST(client.reply().has("X-Text: " + std::to_string(i)));
  sender.join();
}

BOOST_AUTO_TEST_CASE(a_mutation_is_a_barrier) {
  std::string all;
  for (int i = 1; i <= 50; ++i) {
    all += request("PUT /state/" + std::to_string(i)) + request("GET /state");
  }
  client.send(all);
  for (int i = 1; i <= 50; ++i) {
    BOOST_TEST(client.reply().status == 201);
    BOOST_TEST(client.reply().body == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(a_body_is_a_barrier) {
  client.send(sized("PUT /body", "abc") + request("GET /hello") +
              request("PUT /body", "Transfer-Encoding: chunked\r\n",
                      "1\r\na\r\n2;x=y\r\nbc\r\n0\r\nT: x\r\n\r\n") +
              request("GET /state"));
  BOOST_TEST(client.reply().body == "3 294");
  BOOST_TEST(client.reply().body == "hello");
  BOOST_TEST(client.reply().body == "3 294");
  BOOST_TEST(client.reply().body == "0");
}

BOOST_AUTO_TEST_CASE(more_answers_than_one_write_takes) {
  const std::string text(8000, 't');
  std::string all;
  for (int i = 0; i < 100; ++i) all += request("GET /text?text=" + text);
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 100; ++i) BOOST_TEST(client.reply().has("X-Text: " + text));
  sender.join();
}

BOOST_AUTO_TEST_CASE(a_mutation_may_refuse_at_once) {
  BOOST_TEST(client.ask(request("PUT /state/bad")).status == 400);
  BOOST_TEST(client.ask(request("GET /state")).body == "0");
}

BOOST_AUTO_TEST_CASE(large_bodies_arrive_whole) {
  const std::string body(3 * limits::MiB + 17, 'z');
  const std::string answer = std::to_string(body.size()) + " " + std::to_string(body.size() * 'z');
  BOOST_TEST(client.ask(sized("PUT /body", body)).body == answer);

  client.send(request("PUT /body", "Transfer-Encoding: chunked\r\n"));
  for (std::size_t at = 0; at < body.size();) {
    const auto size = std::min<std::size_t>(1 + at % 5000, body.size() - at);
    char line[16];
    std::snprintf(line, sizeof line, "%zx\r\n", size);
    client.send(line + body.substr(at, size) + "\r\n");
    at += size;
  }
  client.send("0\r\n\r\n" + request("GET /hello"));
  BOOST_TEST(client.reply().body == answer);
  BOOST_TEST(client.reply().body == "hello");
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_reads_is_dropped) {
  client.send(sized("GET /hello", std::string(100'000, 'x')) + sized("PUT /state/7", "abc") +
              request("GET /state"));
  BOOST_TEST(client.reply().body == "hello");
  BOOST_TEST(client.reply().status == 201);
  BOOST_TEST(client.reply().body == "7");
}

BOOST_AUTO_TEST_CASE(a_dropped_body_has_a_bound) {
  const std::string most(limits::drain_bytes, 'x');
  BOOST_TEST(client.ask(sized("GET /hello", most)).has("Connection: keep-alive"));
  BOOST_TEST(client.ask(sized("GET /hello", most + 'x')).has("Connection: close"));
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(wrong_framing_of_a_body) {
  client.send(request("PUT /body", "Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n"));
  const Reply reply = client.reply();
  BOOST_TEST(reply.status == 400);
  BOOST_TEST(reply.body == "invalid_argument");
  BOOST_TEST(reply.has("Connection: close"));
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(wrong_framing_of_a_dropped_body) {
  client.send(request("PUT /state/5", "Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n"));
  BOOST_TEST(client.reply().status == 400);
  BOOST_TEST(client.closed());
  BOOST_TEST(family().state == 0);
}

BOOST_AUTO_TEST_CASE(head_has_the_headers_alone) {
  client.send(request("HEAD /hello") + request("HEAD /stream?pages=3") +
              request("HEAD /bytes?of=1000") + request("GET /hello"));
  BOOST_TEST(client.reply(true).has("Content-Length: 5"));
  BOOST_TEST(client.reply(true).has("Transfer-Encoding: chunked"));
  BOOST_TEST(client.reply(true).has("Content-Length: 1000"));
  BOOST_TEST(client.reply().body == "hello");
}

BOOST_AUTO_TEST_CASE(old_clients) {
  const Reply stays = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(stays.has("Connection: keep-alive"));
  const Reply last = client.ask("GET /hello HTTP/1.0\r\n\r\n");
  BOOST_TEST(last.has("Connection: close"));
  BOOST_TEST(client.closed());
  HttpClient other(address());
  const Reply stream = other.ask("GET /stream?pages=4 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(stream.status == 200);
  BOOST_TEST(stream.has("Connection: close"));
  BOOST_TEST(!stream.has("Transfer-Encoding: chunked"));
  BOOST_TEST(stream.body == std::string(3 * 65536, 'p'));
}

BOOST_AUTO_TEST_CASE(close_is_echoed_and_kept) {
  client.send(request("GET /hello", "Connection: close\r\n") + request("GET /hello"));
  BOOST_TEST(client.reply().has("Connection: close"));
  BOOST_TEST(client.closed());
  BOOST_TEST(client.rest().empty());
}

BOOST_AUTO_TEST_CASE(streams) {
  client.send(request("GET /stream?pages=40") + request("GET /stream?pages=0") +
              request("GET /hello"));
  BOOST_TEST(client.reply().body.size() == 27u * 65536);
  BOOST_TEST(client.reply().body == "");
  BOOST_TEST(client.reply().body == "hello");
}

BOOST_AUTO_TEST_CASE(a_failed_stream_is_visibly_cut) {
  const Reply reply = client.ask(request("GET /stream?pages=4&fail=1"));
  BOOST_TEST(reply.status == 0);
  BOOST_TEST(reply.head.starts_with("HTTP/1.1 200"));
}

BOOST_AUTO_TEST_CASE(a_failed_stream_to_an_old_client_is_a_reset) {
  const Reply reply = client.ask("GET /stream?pages=4&fail=1 HTTP/1.0\r\n\r\n");
  BOOST_TEST(reply.status == 0);
  BOOST_TEST(client.was_reset());
}

BOOST_AUTO_TEST_CASE(bodies_that_the_handler_writes) {
  client.send(request("GET /bytes?of=1234567") + request("GET /bytes?of=0") +
              request("GET /hello"));
  BOOST_TEST(client.reply().body == std::string(1234567, 'b'));
  BOOST_TEST(client.reply().body == "");
  BOOST_TEST(client.reply().body == "hello");
}

BOOST_AUTO_TEST_CASE(bodies_of_unknown_length) {
  client.send(request("GET /bytes?of=1234567&length=unknown") +
              request("GET /bytes?of=0&length=unknown") +
              request("HEAD /bytes?of=1000&length=unknown") + request("GET /hello"));
  const Reply reply = client.reply();
  BOOST_TEST(reply.has("Transfer-Encoding: chunked"));
  BOOST_TEST((reply.body == std::string(1234567, 'b')));
  BOOST_TEST(client.reply().body == "");
  BOOST_TEST(client.reply(true).has("Transfer-Encoding: chunked"));
  BOOST_TEST(client.reply().body == "hello");
  const Reply old =
      client.ask("GET /bytes?of=1234567&length=unknown HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(old.has("Connection: close"));
  BOOST_TEST(!old.has("Transfer-Encoding: chunked"));
  BOOST_TEST((old.body == std::string(1234567, 'b')));
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_visibly_cut) {
  for (const std::string target :
       {"/bytes?of=1234567&cut=1", "/bytes?of=1234567&length=unknown&cut=1",
        "/bytes?of=1234567&length=unknown&open=1", "/bytes?of=0&length=unknown&open=1"}) {
    for (const std::string version : {"1.0", "1.1"}) {
      HttpClient other(address());
      const Reply reply = other.ask("GET " + target + " HTTP/" + version + "\r\nHost: h\r\n\r\n");
      BOOST_TEST(reply.status == 0, target);
      BOOST_TEST(other.was_reset(), target);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_throwing_handler) {
  const Reply reply = client.ask(request("GET /throws"));
  BOOST_TEST(reply.status == 500);
  BOOST_TEST(!reply.has("X-Half: done"));
  BOOST_TEST(client.ask(request("PUT /throws")).status == 500);
  BOOST_TEST(client.ask(request("GET /hello")).status == 200);
  BOOST_TEST(client.ask(request("POST /throws")).status == 0);
  BOOST_TEST(client.was_reset());
}

BOOST_AUTO_TEST_CASE(header_values_cannot_break_out) {
  const Reply reply = client.ask(request("GET /text?text=a%0d%0aX-Evil:%201"));
  BOOST_TEST(reply.has("X-Text: a  X-Evil: 1"));
}

BOOST_AUTO_TEST_CASE(order_of_checks) {
  const auto status = [&](std::string_view line, std::string_view headers = "") {
    return client.ask(request(line, headers)).status;
  };
  BOOST_TEST(status("GET /nowhere", "X-Stranger: 1\r\n") == 404);
  BOOST_TEST(status("PURGE /guarded", "X-Stranger: 1\r\n") == 401);
  BOOST_TEST(status("GET /open", "X-Stranger: 1\r\n") == 200);
  BOOST_TEST(status("PUT /guarded?bad=%") == 405);
  BOOST_TEST(status("GET /guarded?bad=%") == 403);
  BOOST_TEST(status("GET /guarded?bad=%", "X-Key: 1\r\n") == 400);
  BOOST_TEST(status("GET /stream?pages=x", "Expect: x\r\n") == 400);
  BOOST_TEST(status("GET /hello", "Expect: x\r\n") == 417);
  BOOST_TEST(client.ask(request("PUT /hello")).has("Allow: GET, HEAD"));
}

BOOST_AUTO_TEST_CASE(half_closed_client_gets_its_answers) {
  client.send(request("GET /hello") + request("PUT /state/3") + request("GET /stream?pages=30"));
  client.end_sending();
  BOOST_TEST(client.reply().status == 200);
  BOOST_TEST(client.reply().status == 201);
  BOOST_TEST(client.reply().status == 200);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(half_closed_in_the_body_is_told) {
  client.send(request("PUT /body", "Content-Length: 10\r\n", "abc"));
  client.end_sending();
  const Reply reply = client.reply();
  BOOST_TEST(reply.body == "io");
  BOOST_TEST(reply.has("Connection: close"));
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(continue_comes_when_the_body_is_wanted) {
  client.send(request("PUT /body", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
  BOOST_TEST(client.reply().status == 100);
  client.send("abc");
  BOOST_TEST(client.reply().body == "3 294");
  client.send(request("PUT /body", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"));
  BOOST_TEST(client.reply().status == 100);
  client.send("1\r\na\r\n");
  client.send("2\r\nbc\r\n0\r\n\r\n");
  BOOST_TEST(client.reply().body == "3 294");
  BOOST_TEST(client.ask(request("GET /hello")).status == 200);
}

BOOST_AUTO_TEST_CASE(no_continue_when_it_has_begun_or_is_empty) {
  const std::string_view expect = "Expect: 100-continue\r\n";
  BOOST_TEST(client.ask(sized("PUT /body", "abc", expect)).status == 201);
  BOOST_TEST(client.ask(sized("PUT /body", "", expect)).status == 201);
  BOOST_TEST(client.ask(request("PUT /body", expect)).status == 201);
}

BOOST_AUTO_TEST_CASE(final_status_instead_of_continue) {
  for (const auto line : {"POST /early", "PUT /state/1", "GET /nowhere"}) {
    HttpClient other(address());
    other.send(request(line, "Content-Length: 3\r\nExpect: 100-continue\r\n"));
    const Reply reply = other.reply();
    BOOST_TEST(reply.status > 100, line);
    BOOST_TEST(reply.has("Connection: close"), line);
    BOOST_TEST(other.closed());
  }
}

BOOST_AUTO_TEST_CASE(early_answer_reaches_a_client_that_still_sends) {
  client.send(request("POST /early", "Content-Length: 900000\r\n"));
  for (int i = 0; i < 9; ++i) BOOST_TEST(client.send(std::string(100'000, 'x')));
  const Reply reply = client.reply();
  BOOST_TEST(reply.status == 403);
  BOOST_TEST(reply.body == "no");
  BOOST_TEST(reply.has("Connection: close"));
  BOOST_TEST(client.closed());
  BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_CASE(early_answer_keeps_the_connection_when_the_body_has_come) {
  client.send(sized("POST /early", "abc") + request("GET /hello"));
  BOOST_TEST(client.reply().has("Connection: keep-alive"));
  BOOST_TEST(client.reply().body == "hello");
}

BOOST_AUTO_TEST_CASE(routes_are_counted) {
  const Reply hello = client.ask(request("GET /hello"));
  client.ask(request("GET /hello"));
  client.ask(sized("PUT /body", "abc"));
  client.ask(request("GET /nowhere"));
  const auto readings = server().read();
  const auto of = [&](std::string_view route) {
    for (const auto& reading : readings.routes) {
      if (reading.route == route) return reading.counters;
    }
    return http::RouteCounters{};
  };
  BOOST_TEST(of("hello").answers[2] == 2u);
  BOOST_TEST(of("hello").response_bytes == 2 * (hello.head.size() + 2 + hello.body.size()));
  BOOST_TEST(of("body").request_bytes == 3u);
  BOOST_TEST(of("body").in_flight == 0u);
  BOOST_TEST(of("none").answers[4] == 1u);
  BOOST_TEST(readings.connections_open == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

// For whoever asks: all have waited too long.
struct Overloaded : HttpFixture {
  Overloaded() : HttpFixture({.turn_wait_ms = -1}) {}
};

BOOST_FIXTURE_TEST_CASE(late_requests_that_cost_much_are_refused, Overloaded,
                        *boost::unit_test::label("tsan")) {
  HttpClient client(address());
  BOOST_TEST(client.ask(request("PUT /state/7")).status == 503);
  BOOST_TEST(client.ask(sized("PUT /body", "abc")).status == 503);
  BOOST_TEST(client.ask(request("GET /stream?pages=1")).status == 503);
  BOOST_TEST(client.ask(request("GET /hello")).status == 200);
  BOOST_TEST(client.ask(request("GET /state")).body == "0");
}

}  // namespace
}  // namespace dobson
