#pragma once

// The other side of an HTTP client: a listening socket whose connections the test answers itself,
// byte by byte if it likes. No wait is longer than a minute, so a client that hangs fails a test
// instead of hanging it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "http/client/endpoint.h"

namespace dobson::test {

// One accepted connection.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {
    const timeval minute{60, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  }
  Peer(Peer&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  ~Peer() { close(); }

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

  // False when the client has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  // Without waiting for what was sent to be read.
  void reset() {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

  // Waits for the client's end of the connection.
  bool closed() {
    while (receive()) {
    }
    return true;
  }

 private:
  bool receive() {
    char bytes[65536];
    const auto got = recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) received_.append(bytes, static_cast<std::size_t>(got));
    BOOST_REQUIRE((got >= 0 || errno == ECONNRESET));  // EAGAIN: nothing came for a minute
    return got > 0;
  }
  std::size_t read_until(std::string_view mark) {
    for (;;) {
      const auto at = received_.find(mark);
      if (at != std::string::npos || !receive()) return at;
    }
  }

  int socket_;
  std::string received_;
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
