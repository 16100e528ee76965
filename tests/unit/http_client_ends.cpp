// How requests to other servers fail: hostile, slow and absent ones, and limits. No test waits for
// a time to pass: it waits for the client to give up.

#include <boost/test/unit_test.hpp>
#include <climits>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/client_fixture.h"
#include "tests/support/scripted_server.h"

namespace dobson {
namespace {

using http::ClientRequest;
using http::Method;
using test::ClientFixture;
using test::Got;
using test::Peer;
using test::ScriptedServer;
using Reason = http::ClientError::Reason;

constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
constexpr int soon_ms = 20;

ClientRequest get(const ScriptedServer& server) {
  return {.origin = server.origin(), .target = "/"};
}

// What a request comes to that a new connection answers with `bytes`, and then closes.
Got after(std::string_view bytes) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask(get(server));
  Peer peer = server.accept();
  peer.request();
  peer.send(bytes);
  peer.close();
  return asking.get();
}

// A connection that has answered one request and waits for the next.
Peer kept(ScriptedServer& server, ClientFixture& client) {
  auto asking = client.ask(get(server));
  Peer peer = server.accept();
  peer.request();
  peer.send(hello);
  BOOST_TEST(asking.get().body == "hello");
  return peer;
}

// Sends `bytes` again and again until the client closes.
void trickle(Peer& peer, std::string_view bytes) {
  while (peer.send(bytes)) std::this_thread::yield();
}

BOOST_AUTO_TEST_SUITE(http_client_ends, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(answers_that_are_cut) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& bytes : {std::string(), head.substr(0, 20)}) {
    const Got got = after(bytes);
    BOOST_TEST(got.failed(Reason::cut), bytes);
    BOOST_TEST(got.error->message.ends_with(": closed before it answered"));
    BOOST_TEST(got.error->message.starts_with("127.0.0.1:"));
  }
  for (const std::string& bytes : {head, head + "hell", chunked, chunked + "5\r\nhello",
                                   chunked + "5\r\nhello\r\n", chunked + "5\r\nhello\r\n0\r\n"}) {
    const Got got = after(bytes);
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.failed(Reason::cut), bytes);
    BOOST_TEST(got.error->message.ends_with(": closed before the end of its answer"));
  }
}

BOOST_AUTO_TEST_CASE(answers_that_are_none) {
  for (const std::string bytes :
       {"<html>\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\nA\r\n\r\n", "\x15\x03\x01\x00\x02\x02",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 1000\r\n\r\n"}) {
    const Got got = after(bytes);
    BOOST_TEST(got.failed(Reason::malformed), bytes);
    BOOST_TEST(got.status == 0);
  }
  const Got got = after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc");
  BOOST_TEST(got.failed(Reason::malformed));
  BOOST_TEST(got.status == 200);
}

BOOST_AUTO_TEST_CASE(heads_without_end) {
  for (const std::string more : {"x", "X: y\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    ScriptedServer server;
    ClientFixture client;
    auto asking = client.ask(get(server));
    Peer peer = server.accept();
    peer.request();
    peer.send(more == "x" || more[0] == 'X' ? "HTTP/1.1 200 OK\r\nX: y\r\nA: " : "");
    trickle(peer, more);
    BOOST_TEST(asking.get().failed(Reason::too_large), more);
  }
}

BOOST_AUTO_TEST_CASE(chunk_extensions_without_end) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask(get(server));
  Peer peer = server.accept();
  peer.request();
  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  trickle(peer, "extension");
  BOOST_TEST(asking.get().failed(Reason::malformed));
}

// A second answer must not become that of the next request, whenever it comes.
BOOST_AUTO_TEST_CASE(more_than_was_asked_for_closes_the_connection) {
  constexpr std::string_view smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  for (const std::string end :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    ScriptedServer server;
    ClientFixture client;
    auto first = client.ask(get(server));
    Peer at_once = server.accept();
    at_once.request();
    at_once.send(end + std::string(smuggled));
    BOOST_TEST(first.get().body == "hello");
    BOOST_TEST(at_once.closed());

    Peer later = kept(server, client);
    later.send(smuggled);
    Peer next = kept(server, client);
    BOOST_TEST(later.closed());
  }
}

BOOST_AUTO_TEST_CASE(a_body_to_head_closes_the_connection) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask({.origin = server.origin(), .method = Method::head, .target = "/"});
  Peer peer = server.accept();
  peer.request();
  peer.send(hello);
  const Got got = asking.get();
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.body.empty());
  Peer next = kept(server, client);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_has_closed_is_not_used) {
  ScriptedServer server;
  ClientFixture client;
  kept(server, client).close();
  auto asking = client.ask({.origin = server.origin(), .method = Method::post, .target = "/"});
  Peer peer = server.accept();
  peer.request();
  peer.send(hello);
  BOOST_TEST(asking.get().body == "hello");
}

// It closes while the request is on its way: the server may not have seen it.
BOOST_AUTO_TEST_CASE(a_request_that_a_kept_connection_loses_is_asked_once_more) {
  const auto lose = [](Method method, bool twice, std::string_view begun) {
    ScriptedServer server;
    ClientFixture client;
    Peer first = kept(server, client);
    auto asking = client.ask({.origin = server.origin(), .method = method, .target = "/again"});
    const std::string request = first.request();
    first.send(begun);
    first.reset();
    if (!begun.empty() || method == Method::post) return asking.get();
    Peer second = server.accept();
    BOOST_TEST(second.request() == request);
    if (!twice) second.send(hello);
    second.close();
    return asking.get();
  };
  for (const Method method : {Method::get, Method::put, Method::del}) {
    const Got got = lose(method, false, "");
    BOOST_TEST(!got.error);
    BOOST_TEST(got.body == "hello");
  }
  BOOST_TEST(lose(Method::get, true, "").failed(Reason::cut));
  BOOST_TEST(lose(Method::get, false, "HTTP/1.1").failed(Reason::cut));
  BOOST_TEST(lose(Method::post, false, "").failed(Reason::cut));
}

BOOST_AUTO_TEST_CASE(idle_connections_are_closed) {
  ScriptedServer server;
  ClientFixture client({.idle_timeout_ms = soon_ms});
  Peer peer = kept(server, client);
  BOOST_TEST(peer.closed());
}

BOOST_AUTO_TEST_CASE(few_idle_connections_are_kept) {
  ScriptedServer server;
  ClientFixture client;
  std::vector<test::Asking> askings;
  std::vector<Peer> peers;
  for (std::size_t i = 0; i <= limits::client_idle_connections; ++i) {
    askings.push_back(client.ask(get(server)));
    peers.push_back(server.accept());
    peers.back().request();
  }
  for (Peer& peer : peers) {
    peer.send(hello);
    askings[static_cast<std::size_t>(&peer - peers.data())].get();
  }
  BOOST_TEST(peers.front().closed());
  auto asking = client.ask(get(server));
  BOOST_TEST(!peers.back().request().empty());
  peers.back().send(hello);
  BOOST_TEST(asking.get().body == "hello");
}

BOOST_AUTO_TEST_CASE(requests_at_once_have_a_bound) {
  ScriptedServer server;
  ClientFixture client({.requests = 2});
  auto first = client.ask(get(server));
  auto second = client.ask(get(server));
  Peer peer = server.accept();
  Peer other = server.accept();
  const Got got = client.ask(get(server)).get();
  BOOST_TEST(got.failed(Reason::busy));
  for (Peer* one : {&peer, &other}) {
    one->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
  BOOST_TEST(!first.get().error);
  BOOST_TEST(!second.get().error);
  kept(server, client);
}

BOOST_AUTO_TEST_CASE(servers_that_are_not_there) {
  ScriptedServer deaf(0);
  ClientFixture client;
  const Got refused = client.ask(get(deaf)).get();
  BOOST_TEST(refused.failed(Reason::unreachable));
  BOOST_TEST(refused.error->message ==
             deaf.origin().text() + ": cannot connect: Connection refused");
  // No question to a name server: a label has 63 characters at most.
  const Got unknown =
      client.ask({.origin = {std::string(64, 'a') + ".invalid", "80"}, .target = "/"}).get();
  BOOST_TEST(unknown.failed(Reason::unresolved));
  BOOST_TEST(unknown.error->message.find(": cannot be found: ") != std::string::npos);
}

// The kernel takes as many connections as wait to be accepted; to the next it does not answer.
BOOST_AUTO_TEST_CASE(connections_that_do_not_come_about) {
  ScriptedServer full(1);
  ClientFixture client;
  std::optional<Got> late;
  while (!late) {
    ClientRequest request = get(full);
    request.connect_timeout_ms = soon_ms;
    request.head_timeout_ms = soon_ms;
    Got got = client.ask(std::move(request)).get();
    BOOST_TEST(got.failed(Reason::timeout));
    if (got.error->message.ends_with(": cannot connect in time")) late = std::move(got);
  }
}

BOOST_AUTO_TEST_CASE(heads_that_do_not_come) {
  ScriptedServer server;
  ClientFixture client;
  for (const std::string begun : {"", "HTTP/1.1 200 OK\r\nX: "}) {
    ClientRequest request = get(server);
    request.head_timeout_ms = soon_ms;
    auto asking = client.ask(std::move(request));
    Peer peer = server.accept();
    peer.request();
    peer.send(begun);
    const Got got = asking.get();
    BOOST_TEST(got.failed(Reason::timeout));
    BOOST_TEST(got.error->message.ends_with(": no answer came in time"));
    BOOST_TEST(peer.closed());
  }
}

BOOST_AUTO_TEST_CASE(bodies_that_stand_still) {
  ScriptedServer server;
  ClientFixture client;
  ClientRequest request = get(server);
  request.stall_timeout_ms = soon_ms;
  auto asking = client.ask(std::move(request));
  Peer peer = server.accept();
  peer.request();
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell");
  const Got got = asking.get();
  BOOST_TEST(got.failed(Reason::timeout));
  BOOST_TEST(got.body == "hell");
  BOOST_TEST(got.error->message.ends_with(": its answer stands still"));
}

// Each byte comes long before the time-out, the body never.
BOOST_AUTO_TEST_CASE(bodies_that_drip) {
  ScriptedServer server;
  ClientFixture client;
  ClientRequest request = get(server);
  request.stall_timeout_ms = soon_ms;
  request.least_body_rate = INT_MAX;
  auto asking = client.ask(std::move(request));
  Peer peer = server.accept();
  peer.request();
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  trickle(peer, "x");
  BOOST_TEST(asking.get().failed(Reason::timeout));
}

BOOST_AUTO_TEST_CASE(requests_that_are_not_read) {
  ScriptedServer server;
  ClientFixture client;
  ClientRequest request = get(server);
  request.method = Method::put;
  request.body.assign(50'000'000, 'x');
  request.stall_timeout_ms = soon_ms;
  auto asking = client.ask(std::move(request));
  Peer peer = server.accept();
  const Got got = asking.get();
  BOOST_TEST(got.failed(Reason::timeout));
  BOOST_TEST(got.error->message.ends_with(": takes the request too slowly"));
}

BOOST_AUTO_TEST_CASE(a_refusal_before_the_body_is_read) {
  ScriptedServer server;
  ClientFixture client;
  ClientRequest request = get(server);
  request.method = Method::put;
  request.body.assign(50'000'000, 'x');
  auto asking = client.ask(std::move(request));
  {
    Peer peer = server.accept();
    BOOST_TEST(!peer.request_head().empty());
    peer.send("HTTP/1.1 413 x\r\nContent-Length: 3\r\n\r\nno!");
  }
  const Got got = asking.get();
  BOOST_TEST(got.status == 413);
  BOOST_TEST(got.body == "no!");
  Peer next = kept(server, client);
}

BOOST_AUTO_TEST_CASE(requests_that_would_say_more_are_not_sent) {
  ScriptedServer server;
  ClientFixture client;
  const auto is_refused = [&](ClientRequest request) {
    return client.ask(std::move(request)).get().failed(Reason::invalid);
  };
  for (const std::string target :
       {"", "a", "/a b", "/a\r\nX: y", "/\n", "/\x7f", "/\x80", "*", "http://h/"}) {
    BOOST_TEST(is_refused({.origin = server.origin(), .target = target}), target);
  }
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"", "a"}, {"A:", "b"}, {"A b", "c"}, {"A", "b\r\nC: d"}, {"A", "b\n"}, {"A", "\t"}}) {
    BOOST_TEST(is_refused({.origin = server.origin(), .target = "/", .headers = {{name, value}}}),
               name);
  }
  BOOST_TEST(is_refused(
      {.origin = server.origin(), .target = "/", .headers = {{"A", std::string("b\0", 2)}}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
