// How connections end: time-outs, limits, refused heads, drain. No test waits for a time to pass:
// it waits for the server to close.

#include <boost/test/unit_test.hpp>
#include <climits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/limits.h"
#include "tests/support/http_client.h"
#include "tests/support/http_fixture.h"

namespace dobson {
namespace {

using test::HttpClient;
using test::HttpFixture;
using test::Reply;

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";
// A stream that no socket buffer holds.
constexpr std::string_view endless = "GET /stream?pages=100000 HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view endless_body = "GET /bytes?of=9000000000 HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view endless_chunks =
    "GET /bytes?of=9000000000&length=unknown HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr int soon_ms = 20;

// Sends a byte again and again until it is answered.
Reply trickle(HttpClient& client) {
  std::atomic<bool> answered = false;
  std::thread sender([&] {
    while (!answered && client.send("x")) std::this_thread::yield();
  });
  Reply reply = client.reply();
  answered = true;
  sender.join();
  return reply;
}

BOOST_AUTO_TEST_SUITE(http_connection_ends, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(idle_connections_are_closed) {
  HttpFixture server({.idle_timeout_ms = soon_ms});
  HttpClient fresh(server.address());
  BOOST_TEST(fresh.closed());
  HttpClient used(server.address());
  BOOST_TEST(used.ask(hello).status == 200);
  BOOST_TEST(used.closed());
  BOOST_TEST(used.rest().empty());
}

// Each byte comes long before the time-out, the head never.
BOOST_AUTO_TEST_CASE(slow_heads_are_refused) {
  HttpFixture server({.head_timeout_ms = soon_ms});
  HttpClient client(server.address());
  client.send("GET /hello HTTP/1.1\r\nHost: h\r\nX-Slow: ");
  const Reply reply = trickle(client);
  BOOST_TEST((reply.status == 408 || reply.status == 431));
  BOOST_TEST(client.closed());

  HttpClient silent(server.address());
  silent.send("GET /hello HTTP/1.1\r\nHost: h\r\nX-Slow: ");
  const Reply refused = silent.reply();
  BOOST_TEST(refused.status == 408);
  BOOST_TEST(refused.has("Connection: close"));
  BOOST_TEST(silent.closed());
}

BOOST_AUTO_TEST_CASE(bodies_that_stand_still_are_refused) {
  HttpFixture server({.body_stall_timeout_ms = soon_ms});
  HttpClient client(server.address());
  client.send("PUT /body HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  const Reply reply = client.reply();
  BOOST_TEST(reply.body == "unavailable");
  BOOST_TEST(reply.has("Connection: close"));
  BOOST_TEST(client.closed());
}

// Each byte comes long before the time-out, the body never.
BOOST_AUTO_TEST_CASE(slow_bodies_are_refused) {
  HttpFixture server({.body_stall_timeout_ms = soon_ms, .least_body_rate = INT_MAX});
  HttpClient client(server.address());
  client.send("PUT /body HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  const Reply reply = trickle(client);
  BOOST_TEST(reply.body == "unavailable");
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(dropped_bodies_that_stand_still_are_refused) {
  HttpFixture server({.body_stall_timeout_ms = soon_ms});
  HttpClient client(server.address());
  client.send("GET /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  const Reply reply = client.reply();
  BOOST_TEST(reply.status == 408);
  BOOST_TEST(reply.has("Connection: close"));
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(readers_that_stand_still_are_cut) {
  HttpFixture server({.write_stall_timeout_ms = soon_ms});
  std::uint64_t sent = 0;
  for (const auto request : {endless, endless_body, endless_chunks}) {
    HttpClient client(server.address());
    client.send(request);
    ++sent;
    while (server.server().read().connections_accepted < sent ||
           server.server().read().connections_open > 0) {
      std::this_thread::yield();
    }
    BOOST_TEST(client.reply().status == 0);
    BOOST_TEST(client.was_reset());
  }
  // Made as the socket drained, not ahead of it. Two of three pages have 64 KiB; the client's
  // window takes some of them.
  constexpr int window_bytes = 1 * limits::MiB;
  BOOST_TEST(server.family().pages * 2 / 3 * 65536 < limits::unsent_bytes + window_bytes);
}

// Nor is a body read ahead of its handler.
BOOST_AUTO_TEST_CASE(bodies_wait_for_their_handlers) {
  HttpFixture server;
  HttpClient client(server.address());
  std::thread sender([&] {
    client.send("POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n" +
                std::string(10'000'000, 'x'));
  });
  server.family().wait_until_held();
  server.family().release();
  BOOST_TEST(client.reply().body == "held 0");
  BOOST_TEST(client.closed());
  sender.join();
}

BOOST_AUTO_TEST_CASE(one_stalled_reader_does_not_stop_others) {
  HttpFixture server({}, 1);
  HttpClient stalled(server.address());
  stalled.send(endless);
  HttpClient other(server.address());
  for (int i = 0; i < 20; ++i) BOOST_TEST(other.ask(hello).status == 200);
}

BOOST_AUTO_TEST_CASE(answers_that_wait_have_a_bound) {
  // One piece of /bytes fits, two do not, whichever comes first and on whichever reactor.
  HttpFixture server({.waiting_answer_bytes = 150'000});
  const std::string request = "GET /bytes?of=20000000 HTTP/1.1\r\nHost: h\r\n\r\n";
  HttpClient clients[]{HttpClient(server.address()), HttpClient(server.address())};
  for (HttpClient& client : clients) client.send(request);
  while (server.server().read().connections_accepted < 2 ||
         server.server().read().connections_open > 1) {
    std::this_thread::yield();
  }
  BOOST_TEST(server.server().read().answer_bytes > 75'000u);
  BOOST_TEST(server.server().read().answer_bytes <= 150'000u);
  const Reply replies[]{clients[0].reply(), clients[1].reply()};
  BOOST_TEST(replies[0].status + replies[1].status == 200);
}

BOOST_AUTO_TEST_CASE(clients_that_do_not_close_are_cut) {
  HttpFixture server({.linger_timeout_ms = soon_ms});
  HttpClient client(server.address());
  BOOST_TEST(client.ask("bad\r\n\r\n").status == 400);
  while (server.server().read().connections_open != 0) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(too_much_after_the_last_answer_is_cut) {
  HttpFixture server;
  HttpClient client(server.address());
  client.send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  BOOST_TEST(client.reply().status == 403);
  const std::string some(100'000, 'x');
  std::size_t sent = 0;
  while (client.send(some)) sent += some.size();
  BOOST_TEST(sent >= limits::drain_bytes);
}

BOOST_AUTO_TEST_CASE(refused_heads_close) {
  HttpFixture server;
  const auto status = [&](const std::string& head) {
    HttpClient client(server.address());
    client.send(head);
    client.send(hello);
    const Reply reply = client.reply();
    BOOST_TEST(reply.has("Connection: close"));
    BOOST_TEST(reply.body == "refused");
    BOOST_TEST(client.closed());
    BOOST_TEST(client.rest().empty());
    return reply.status;
  };
  const std::string long_target(limits::target_bytes, 'a');
  const std::string long_value(limits::head_bytes, 'a');
  BOOST_TEST(status("what is this\r\n\r\n") == 400);
  BOOST_TEST(status("GET /hello HTTP/1.1\r\n\r\n") == 400);
  BOOST_TEST(status("GET /" + long_target + " HTTP/1.1\r\nHost: h\r\n\r\n") == 414);
  BOOST_TEST(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + long_value + "\r\n\r\n") == 431);
}

BOOST_AUTO_TEST_CASE(a_head_of_full_length_is_taken) {
  HttpFixture server;
  HttpClient client(server.address());
  std::string head = "GET /hello HTTP/1.1\r\nHost: h\r\nX: ";
  head.append(limits::head_bytes - head.size() - 4, 'x').append("\r\n\r\n");
  BOOST_TEST(client.ask(head).status == 200);
  BOOST_TEST(client.ask(hello).status == 200);
}

BOOST_AUTO_TEST_CASE(connections_over_the_limit_are_closed) {
  HttpFixture server({.connections = 3});
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    BOOST_TEST(clients.back()->ask(hello).status == 200);
  }
  HttpClient refused(server.address());
  BOOST_TEST(refused.closed());
  BOOST_TEST(refused.rest().empty());
  BOOST_TEST(clients.front()->ask(hello).status == 200);
  const auto readings = server.server().read();
  BOOST_TEST(readings.connections_open == 3u);
  BOOST_TEST(readings.connections_accepted == 3u);
  BOOST_TEST(readings.connections_refused == 1u);
  clients.clear();
  while (server.server().read().connections_open != 0) std::this_thread::yield();
  HttpClient taken(server.address());
  BOOST_TEST(taken.ask(hello).status == 200);
}

BOOST_AUTO_TEST_CASE(drain_lets_requests_in_work_finish) {
  HttpFixture server;
  HttpClient idle(server.address());
  BOOST_TEST(idle.ask(hello).status == 200);
  HttpClient busy(server.address());
  busy.send("POST /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  server.family().wait_until_held();
  std::thread drainer([&] { server.drain(60'000); });
  BOOST_TEST(idle.closed());
  BOOST_TEST(idle.rest().empty());
  server.family().release();
  const Reply reply = busy.reply();
  BOOST_TEST(reply.body == "held 0");
  BOOST_TEST(reply.has("Connection: close"));
  BOOST_TEST(busy.closed());
  busy.end_sending();
  drainer.join();
}

BOOST_AUTO_TEST_CASE(drain_cuts_when_its_time_is_over) {
  HttpFixture server;
  HttpClient stalled(server.address());
  stalled.send(endless);
  HttpClient half(server.address());
  half.send("GET /hel");
  BOOST_TEST(stalled.receive());
  server.drain(soon_ms);
  BOOST_TEST(server.server().read().connections_open == 0u);
  BOOST_TEST(stalled.reply().status == 0);
  BOOST_TEST(half.closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_a_stream_is_forgotten) {
  HttpFixture server;
  {
    HttpClient client(server.address());
    client.send(endless);
    BOOST_TEST(client.receive());
  }
  while (server.server().read().connections_open != 0) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(handlers_are_told_that_their_clients_have_gone) {
  HttpFixture server;
  const auto& waiting = server.family().waiting;
  const auto ask = [&](HttpClient& client) {
    const int before = waiting;
    client.send("GET /gone HTTP/1.1\r\nHost: h\r\n\r\n");
    while (waiting == before) std::this_thread::yield();
  };
  {
    HttpClient client(server.address());
    ask(client);
  }
  while (server.family().gone < 1) std::this_thread::yield();
  HttpClient half(server.address());
  ask(half);
  half.end_sending();
  BOOST_TEST(half.reply().body == "gone");
  BOOST_TEST(half.closed());
  HttpClient still(server.address());
  ask(still);
  HttpClient more(server.address());
  ask(more);
  more.send(hello);
  server.drain(soon_ms);
  BOOST_TEST(server.family().gone == 4);
}

BOOST_AUTO_TEST_CASE(a_connection_goes_on_after_a_handler_that_asked) {
  HttpFixture server;
  HttpClient client(server.address());
  const std::string asked = "GET /gone?at_once=1 HTTP/1.1\r\nHost: h\r\n\r\n";
  client.send(asked + asked + std::string(hello));
  for (const auto body : {"here", "here", "hello"}) BOOST_TEST(client.reply().body == body);
  for (int i = 0; i < 10; ++i) BOOST_TEST(client.ask(asked).body == "here");
  BOOST_TEST(client.ask(hello).status == 200);
}

// More handlers want a piece than there are buffers; all get one in the end.
BOOST_AUTO_TEST_CASE(many_bodies_at_once) {
  HttpFixture server({.body_buffers = 2}, 1);
  const std::string body(200'000, 'x');
  const std::string head =
      "PUT /body HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    clients.back()->send(head + body.substr(0, 50'000));
  }
  for (auto& client : clients) client->send(body.substr(50'000));
  for (auto& client : clients) BOOST_TEST(client->reply().status == 201);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_listen)

std::string socket_path() {
  return "/tmp/dobson-test-" + std::to_string(getpid()) + ".sock";
}

Result<std::vector<std::string>> listen(const std::vector<std::string>& addresses) {
  const SystemClock clock;
  test::HttpFamily family;
  Runtime runtime(1, clock);
  return http::Server::make(runtime)->listen(addresses, {&family.family});
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_shared_by_all_reactors) {
  const std::string path = socket_path();
  HttpFixture server({}, 2, "unix:" + path);
  BOOST_TEST(server.address() == "unix:" + path);
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<HttpClient>(server.address()));
    BOOST_TEST(clients.back()->ask(hello).status == 200);
  }
  clients.clear();
  server.drain(1000);
  BOOST_TEST(access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(a_stale_socket_file_is_replaced_a_live_one_is_not) {
  const std::string path = socket_path();
  {
    const int left = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    BOOST_REQUIRE(bind(left, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    close(left);
  }
  HttpFixture server({}, 1, "unix:" + path);
  const auto second = listen({"unix:" + path});
  BOOST_TEST_REQUIRE(!second.ok());
  BOOST_TEST(second.error().message.starts_with("unix:" + path + ": cannot listen"));
  HttpClient client(server.address());
  BOOST_TEST(client.ask(hello).status == 200);
}

BOOST_AUTO_TEST_CASE(the_kernel_picks_a_port) {
  const auto bound = listen({"127.0.0.1:0", "localhost:0", "[::1]:0"});
  BOOST_TEST_REQUIRE(bound.ok());
  BOOST_TEST((*bound)[0].starts_with("127.0.0.1:"));
  BOOST_TEST(!(*bound)[0].ends_with(":0"));
  BOOST_TEST((*bound)[1].starts_with("127.0.0.1:"));
  BOOST_TEST((*bound)[2].starts_with("[::1]:"));
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_refused) {
  HttpFixture server;
  const auto second = listen({server.address()});
  BOOST_TEST_REQUIRE(!second.ok());
  BOOST_TEST((second.error().code == Errc::io));
  BOOST_TEST(second.error().message.starts_with(server.address() + ": cannot listen"));
  BOOST_TEST(second.error().message.ends_with("stop it or take another port"));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_refused) {
  for (const auto address : {"", "9880", ":9880", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                             "127.0.0.1:65536", "127.0.0.1:-1", "::1:9880", "unix:"}) {
    const auto bound = listen({address});
    BOOST_TEST(!bound.ok(), address);
    if (!bound.ok()) BOOST_TEST((bound.error().code == Errc::invalid_argument), address);
  }
  BOOST_TEST(!listen({"256.0.0.1:0"}).ok());
  BOOST_TEST(!listen({"203.0.113.1:0"}).ok());
  BOOST_TEST(!listen({"unix:/" + std::string(200, 'x')}).ok());
}

BOOST_AUTO_TEST_CASE(the_budget_is_a_sum_of_limits) {
  const SystemClock clock;
  Runtime runtime(2, clock);
  const auto budget = http::Server::make(runtime, {.connections = 10})->budget();
  constexpr auto buffers = limits::head_bytes + limits::target_bytes + limits::body_overread_bytes;
  constexpr auto spare = 2 * limits::spare_exchanges * limits::output_batch_bytes;
  BOOST_TEST(budget.connections > spare + 10 * buffers);
  BOOST_TEST(budget.connections < spare + 15 * buffers);
  BOOST_TEST(budget.bodies == limits::body_buffers * limits::body_chunk_bytes);
  BOOST_TEST(budget.answers == limits::waiting_answer_bytes + 10 * limits::stream_chunk_bytes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
