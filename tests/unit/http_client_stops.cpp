// Requests to other servers that are stopped, and names that nobody answers for.

#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <string>

#include "core/async/pool.h"
#include "core/runtime/reactor.h"
#include "http/client/call.h"
#include "http/server/server.h"
#include "tests/support/client_fixture.h"
#include "tests/support/http_client.h"
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

constexpr int soon_ms = 20;

BOOST_AUTO_TEST_SUITE(http_client_stops, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(a_stop_ends_every_wait) {
  ScriptedServer server;
  ClientFixture client;
  const std::string_view begun[] = {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"};
  for (const auto bytes : begun) {
    std::stop_source source;
    ClientRequest request{.origin = server.origin(), .target = "/"};
    request.stop = source.get_token();
    auto asking = client.ask(std::move(request));
    Peer peer = server.accept();
    peer.request();
    peer.send(bytes);
    client.stop(source);
    const Got got = asking.get();
    BOOST_TEST(got.failed(Reason::stopped));
    BOOST_TEST(peer.closed());
    ClientRequest late{.origin = server.origin(), .target = "/"};
    late.stop = source.get_token();
    const Got not_asked = client.ask(std::move(late)).get();
    BOOST_TEST(not_asked.failed(Reason::stopped));
  }
}

// A handler that asks a server which never answers.
struct Proxy {
  http::Origin origin;
  std::unique_ptr<http::Client> client = {};
};

Task<void> ask_silent_server(void* context, http::Exchange* exchange) {
  auto& proxy = *static_cast<Proxy*>(context);
  constexpr int hour_ms = 3'600'000;
  ClientRequest request{.origin = proxy.origin, .target = "/"};
  request.head_timeout_ms = hour_ms;
  request.stop = exchange->stop_token();
  const auto answer = co_await proxy.client->ask(exchange->reactor(), std::move(request));
  exchange->status(answer ? 200 : 503);
  exchange->finish({});
}

BOOST_AUTO_TEST_CASE(a_drain_ends_what_a_handler_waits_for) {
  ScriptedServer silent;
  Proxy proxy{.origin = silent.origin()};
  const http::Route route{.method = Method::get,
                          .pattern = "/",
                          .handler = &ask_silent_server,
                          .name = "ask",
                          .summary = ""};
  const http::Family family{.name = "proxy",
                            .routes = {&route, 1},
                            .context = &proxy,
                            .refuse = [](void*, http::Exchange&, const http::Refusal&) {}};
  const SystemClock clock;
  Runtime runtime(1, clock, ClientFixture::tick_ms);
  proxy.client = http::Client::make(runtime, {});
  const auto server = http::Server::make(runtime);
  const auto address = server->listen({"127.0.0.1:0"}, {&family}).value().front();
  server->start();
  test::HttpClient client(address);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Peer peer = silent.accept();
  peer.request();
  server->drain(soon_ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(client.closed());
  runtime.stop();
  proxy.client.reset();
}

// A lookup that its thread does not get to: the pool is held up.
class HeldPool {
 public:
  HeldPool() : runtime_(1, clock_, ClientFixture::tick_ms) {
    auto hold = [this, released = released_.get_future().share()] {
      begun_.set_value();
      released.wait();
    };
    held_ = runtime_.run(0, offload_on(&pool_, &runtime_.mailbox(0), hold));
    begun_.get_future().wait();
  }
  ~HeldPool() {
    released_.set_value();
    held_.get();
    runtime_.stop();
  }

  Runtime& runtime() { return runtime_; }
  http::ClientError ask(ClientRequest request) {
    http::ClientError error{};
    runtime_.run(0, ask_for(&shard_, std::move(request), &error)).get();
    return error;
  }
  http::ClientShard& shard() { return shard_; }

  static Task<void> ask_for(http::ClientShard* shard, ClientRequest request,
                            http::ClientError* error) {
    http::Call call(*shard, std::move(request));
    const auto begun = co_await call.begin();
    if (!begun) *error = begun.error();
  }

 private:
  template <class Hold>
  static Task<void> offload_on(Pool* pool, Mailbox* mailbox, Hold hold) {
    const Status done = co_await offload(*pool, *mailbox, hold);
    BOOST_TEST(done.ok());
  }

  SystemClock clock_;
  Runtime runtime_;
  std::promise<void> begun_;
  std::promise<void> released_;
  http::ClientShard shard_{runtime_.reactor(0), pool_, {}};
  Pool pool_{1, 1};
  std::future<void> held_;
};

BOOST_AUTO_TEST_CASE(names_that_are_not_answered_for) {
  HeldPool held;
  ClientRequest request{.origin = {"localhost", "1"}, .target = "/"};
  request.connect_timeout_ms = soon_ms;
  const auto late = held.ask(request);
  BOOST_TEST((late.reason == Reason::timeout));
  BOOST_TEST(late.message == "localhost:1: cannot connect in time");
  // It still waits for the thread, and no other may.
  const auto busy = held.ask(request);
  BOOST_TEST((busy.reason == Reason::unresolved));
  BOOST_TEST(busy.message == "localhost:1: cannot be found: too many names wait to be looked up");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_a_lookup) {
  HeldPool held;
  std::stop_source source;
  http::ClientError error{};
  auto asking = held.runtime().run(
      0, HeldPool::ask_for(
             &held.shard(),
             {.origin = {"localhost", "1"}, .target = "/", .stop = source.get_token()}, &error));
  const auto stop = [](std::stop_source to_stop) -> Task<void> {
    to_stop.request_stop();
    co_return;
  };
  held.runtime().run(0, stop(source)).get();
  asking.get();
  BOOST_TEST((error.reason == Reason::stopped));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
