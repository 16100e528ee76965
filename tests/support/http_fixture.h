#pragma once

// A server on a real socket with a family of a few routes, for tests of connections.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/async/pool.h"
#include "core/runtime/runtime.h"
#include "core/time/clock.h"
#include "http/route/route.h"
#include "http/server/server.h"

namespace dobson::test {

// GET  /hello, /text?text=…                 query
// GET  /state, PUT /state/{value}           what the last mutation has left, waits for it
// PUT  /body, POST /early, POST /hold       bodies: answers its size and sum; refuses unread; waits
// GET  /stream?pages=N[&fail=1], /bytes?of=N[&cut=1][&length=unknown[&open=1]]: no end_body
// GET  /gone[?at_once=1]                    waits until the client has gone
// GET  /guarded
// GET  /throws, PUT /throws, POST /throws   query, mutation and body handlers that throw
struct HttpFamily {
  HttpFamily();

  void wait_until_held() const { holding.wait(0); }
  void release() {
    released = true;
    released.notify_all();
  }

  std::atomic<int> state{0};
  std::atomic<int> pages{0};    // made by /stream so far
  std::atomic<int> holding{0};  // handlers of /hold that wait for `released`
  std::atomic<bool> released{false};
  std::atomic<int> waiting{0};  // handlers of /gone
  std::atomic<int> gone{0};     // of their clients
  Pool pool{1, 64};
  http::Family family;
};

class HttpFixture {
 public:
  static constexpr int tick_ms = 2;

  explicit HttpFixture(const http::ServerOptions& options = {}, unsigned reactors = 2,
                       const std::string& address = "127.0.0.1:0");
  ~HttpFixture();

  const std::string& address() const { return address_; }
  HttpFamily& family() { return family_; }
  http::Server& server() { return *server_; }
  void drain(std::int64_t grace_ms);

 private:
  SystemClock clock_;
  HttpFamily family_;
  Runtime runtime_;
  std::unique_ptr<http::Server> server_;
  std::string address_;
  bool drained_ = false;
};

}  // namespace dobson::test
