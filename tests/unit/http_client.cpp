// What the client sends and takes, from a server whose every byte the test writes, and from ours.

#include "http/client/client.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/support/client_fixture.h"
#include "tests/support/http_fixture.h"
#include "tests/support/scripted_server.h"

namespace dobson {
namespace {

using http::ClientRequest;
using http::Method;
using test::ClientFixture;
using test::Got;
using test::Peer;
using test::ScriptedServer;

constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

BOOST_AUTO_TEST_SUITE(http_client, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(a_request_in_full) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask({.origin = server.origin(),
                            .method = Method::post,
                            .target = "/a%20b?c=d",
                            .headers = {{"Accept", "text/plain"}, {"X-Empty", ""}},
                            .body = "some bytes"});
  Peer peer = server.accept();
  BOOST_TEST(peer.request() == "POST /a%20b?c=d HTTP/1.1\r\nHost: " + server.origin().text() +
                                   "\r\nAccept: text/plain\r\nX-Empty: \r\n"
                                   "Content-Length: 10\r\n\r\nsome bytes");
  peer.send("HTTP/1.1 201 Created\r\nX: y\r\nContent-Length: 4\r\n\r\nmade");
  const Got got = asking.get();
  BOOST_TEST(!got.error);
  BOOST_TEST(got.status == 201);
  BOOST_TEST(got.headers == "X=y;Content-Length=4;");
  BOOST_TEST(got.body == "made");
}

BOOST_AUTO_TEST_CASE(bodies_have_a_length) {
  ScriptedServer server;
  ClientFixture client;
  const auto length_sent = [&](Method method, std::string body) {
    auto asking = client.ask(
        {.origin = server.origin(), .method = method, .target = "/", .body = std::move(body)});
    Peer peer = server.accept();
    const std::string request = peer.request();
    peer.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    BOOST_TEST(asking.get().status == 204);
    const auto at = request.find("Content-Length: ");
    return at == request.npos ? "none" : request.substr(at + 16, request.find('\r', at) - at - 16);
  };
  BOOST_TEST(length_sent(Method::get, "") == "none");
  BOOST_TEST(length_sent(Method::get, "abc") == "3");
  BOOST_TEST(length_sent(Method::del, "") == "none");
  BOOST_TEST(length_sent(Method::put, "") == "0");
  BOOST_TEST(length_sent(Method::post, "") == "0");
  BOOST_TEST(length_sent(Method::patch, "") == "0");
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_for_the_next_request) {
  ScriptedServer server;
  ClientFixture client;
  const auto answers = [&](Peer& peer, Method method, std::string_view answer) {
    auto asking = client.ask({.origin = server.origin(), .method = method, .target = "/"});
    BOOST_TEST(!peer.request().empty());
    peer.send(answer);
    const Got got = asking.get();
    BOOST_TEST(!got.error);
    return got.body;
  };
  auto first = client.ask({.origin = server.origin(), .target = "/"});
  Peer peer = server.accept();
  peer.request();
  peer.send(hello);
  BOOST_TEST(first.get().body == "hello");
  BOOST_TEST(answers(peer, Method::get, hello) == "hello");
  BOOST_TEST(answers(peer, Method::head, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") == "");
  BOOST_TEST(answers(peer, Method::get, "HTTP/1.1 204 No Content\r\n\r\n") == "");
  BOOST_TEST(answers(peer, Method::get, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") ==
             "");
  BOOST_TEST(answers(peer, Method::get,
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
                     "Trailer: x\r\n\r\n") == "abc");
  BOOST_TEST(answers(peer, Method::get,
                     "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na") ==
             "a");
  BOOST_TEST(answers(peer, Method::get, hello) == "hello");
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_to_close_is_not_kept) {
  ScriptedServer server;
  ClientFixture client;
  for (const std::string answer :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na"}) {
    auto asking = client.ask({.origin = server.origin(), .target = "/"});
    Peer peer = server.accept();
    peer.request();
    peer.send(answer);
    BOOST_TEST(asking.get().body == "a");
    BOOST_TEST(peer.closed());
  }
}

BOOST_AUTO_TEST_CASE(an_answer_until_the_connection_closes) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask({.origin = server.origin(), .target = "/"});
  Peer peer = server.accept();
  peer.request();
  const std::string body(1'000'000, 'x');
  peer.send("HTTP/1.1 200 OK\r\n\r\n" + body);
  peer.close();
  const Got got = asking.get();
  BOOST_TEST(!got.error);
  BOOST_TEST((got.body == body));
}

BOOST_AUTO_TEST_CASE(interim_answers_are_skipped) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask({.origin = server.origin(), .target = "/"});
  Peer peer = server.accept();
  peer.request();
  peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1");
  peer.send(" 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nhello");
  const Got got = asking.get();
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.headers == "X=y;Content-Length=5;");
  BOOST_TEST(got.body == "hello");
}

BOOST_AUTO_TEST_CASE(pieces_have_a_bound) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask({.origin = server.origin(), .target = "/"});
  Peer peer = server.accept();
  peer.request();
  const std::string body(20'000'000, 'x');
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  peer.send(body);
  const Got got = asking.get();
  BOOST_TEST((got.body == body));
  BOOST_TEST(got.largest_piece <= limits::client_buffer_bytes);
}

// What is not read is not taken from the server, beyond what the kernel holds.
BOOST_AUTO_TEST_CASE(an_answer_left_unread_closes_the_connection) {
  ScriptedServer server;
  ClientFixture client;
  for (const std::size_t pieces : {0, 1, 3}) {
    auto asking = client.ask({.origin = server.origin(), .target = "/"}, pieces);
    Peer peer = server.accept();
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (peer.send(chunk)) {
    }
    BOOST_TEST(asking.get().pieces == pieces);
  }
}

BOOST_AUTO_TEST_CASE(a_whole_body_at_n_and_one_more) {
  ScriptedServer server;
  ClientFixture client;
  const auto ask = [&](std::size_t most) {
    auto asking = client.ask_all({.origin = server.origin(), .target = "/"}, most);
    Peer peer = server.accept();
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhe");
    peer.send("llo");
    return asking.get();
  };
  BOOST_TEST(ask(5).body == "hello");
  const Got got = ask(4);
  BOOST_TEST(got.failed(http::ClientError::Reason::too_large));
  BOOST_TEST(got.error->message == server.origin().text() + ": its answer is too large");
}

BOOST_AUTO_TEST_CASE(names_are_looked_up) {
  ScriptedServer server;
  ClientFixture client;
  auto asking = client.ask({.origin = {"localhost", server.origin().port}, .target = "/"});
  Peer peer = server.accept();
  BOOST_TEST(peer.request().find("\r\nHost: localhost:") != std::string::npos);
  peer.send(hello);
  BOOST_TEST(asking.get().body == "hello");
}

BOOST_AUTO_TEST_CASE(our_own_server) {
  test::HttpFixture server;
  const auto origin = http::parse_endpoint("http://" + server.address())->origin;
  ClientFixture client;
  const auto ask = [&](Method method, std::string target, std::string body = {}) {
    return client
        .ask({.origin = origin, .method = method, .target = target, .body = std::move(body)})
        .get();
  };
  for (int i = 0; i < 3; ++i) BOOST_TEST(ask(Method::get, "/hello").body == "hello");
  const Got head = ask(Method::head, "/hello");
  BOOST_TEST(head.headers == "Content-Type=text/plain;Content-Length=5;Connection=keep-alive;");
  BOOST_TEST(ask(Method::put, "/body", std::string(10'000'000, '\1')).body == "10000000 10000000");
  BOOST_TEST(ask(Method::put, "/state/7").status == 201);
  BOOST_TEST(ask(Method::get, "/state").body == "7");
  BOOST_TEST((ask(Method::get, "/bytes?of=5000000").body == std::string(5'000'000, 'b')));
  const auto pages = ask(Method::get, "/stream?pages=30").body;
  BOOST_TEST((pages == std::string(20 * 65536, 'p')));
  BOOST_TEST(ask(Method::get, "/nothing").status == 404);
  BOOST_TEST(ask(Method::get, "/throws").status == 500);
  BOOST_TEST(server.server().read().connections_accepted == 1u);
  const Got cut = ask(Method::get, "/bytes?of=5000000&cut=1");
  BOOST_TEST(cut.status == 200);
  BOOST_TEST(cut.failed(http::ClientError::Reason::cut));
  BOOST_TEST(ask(Method::get, "/stream?pages=3&fail=1").failed(http::ClientError::Reason::cut));
  BOOST_TEST(ask(Method::post, "/early", std::string(10'000, 'x')).body == "no");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(http_endpoint)

BOOST_AUTO_TEST_CASE(endpoints) {
  const auto read = [](std::string_view url) {
    const auto endpoint = http::parse_endpoint(url);
    return endpoint ? endpoint->origin.text() + " " + endpoint->path : endpoint.error().message;
  };
  BOOST_TEST(read("http://localhost:9090") == "localhost:9090 ");
  BOOST_TEST(read("HTTP://localhost:9090/") == "localhost:9090 ");
  BOOST_TEST(read("http://prometheus/a/b/") == "prometheus:80 /a/b");
  BOOST_TEST(read("http://[::1]") == "[::1]:80 ");
  BOOST_TEST(read("http://[::1]:9090/a") == "[::1]:9090 /a");
  for (const std::string url :
       {"", "localhost:9090", "https://a", "http://", "http:///a", "http://a:", "http://a:x",
        "http://a:65536", "http://::1", "http://u:p@a", "http://a/?b", "http://a/#b", "http://a /b",
        "http://a/\r\n", "http://a/\x80", "http://unix:/a", "ftp://a"}) {
    BOOST_TEST(read(url) == url + ": not an endpoint; write http://HOST:PORT[/PATH]");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
