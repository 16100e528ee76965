#pragma once

// The other side of an HTTP client: a listening socket whose connections the test answers itself,
// byte by byte if it likes.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "http/client/endpoint.h"
#include "tests/support/blocking_connection.h"

namespace dobson::test {

// One accepted connection.
class Peer final : public BlockingConnection {
 public:
  explicit Peer(int socket) : BlockingConnection(socket) {}

  // With its body, where it has a length; empty: the client has closed.
  std::string request() {
    const auto end = read_until("\r\n\r\n");
    if (end == std::string::npos) return {};
    std::size_t size = end + 4;
    if (const auto at = received_.find("Content-Length: "); at < end) {
      size += std::stoul(received_.substr(at + 16));
    }
    while (received_.size() < size) BOOST_REQUIRE(receive());
    std::string request = received_.substr(0, size);
    received_.erase(0, size);
    return request;
  }
  std::string request_head() {
    const auto end = read_until("\r\n\r\n");
    return end == std::string::npos ? std::string() : received_.substr(0, end + 4);
  }

  // Without waiting for what was sent to be read.
  void reset() {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
};

class ScriptedServer {
 public:
  // Listens with room for `waiting` connections; with none it refuses them.
  explicit ScriptedServer(int waiting = 64) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    BOOST_REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    origin_ = {"127.0.0.1", std::to_string(ntohs(at.sin_port))};
    if (waiting > 0) BOOST_REQUIRE(listen(socket_, waiting) == 0);
    const timeval minute{60, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() { close(socket_); }

  const http::Origin& origin() const { return origin_; }

  Peer accept() {
    const int accepted = ::accept(socket_, nullptr, nullptr);
    BOOST_REQUIRE(accepted >= 0);
    return Peer(accepted);
  }

 private:
  int socket_;
  http::Origin origin_;
};

}  // namespace dobson::test
