#pragma once

// One end of a connection, for tests that write and read bytes themselves. No wait is longer than a
// minute, so a peer that hangs fails a test instead of hanging it.

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace dobson::test {

class BlockingConnection {
 public:
  BlockingConnection(BlockingConnection&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        received_(std::move(other.received_)),
        reset_(other.reset_) {}
  ~BlockingConnection() { close(); }

  // False when the peer has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Some more; false when the peer has closed.
  bool receive() {
    char bytes[16384];
    const auto got = recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) received_.append(bytes, static_cast<std::size_t>(got));
    if (got < 0) {
      BOOST_REQUIRE(errno == ECONNRESET);  // EAGAIN: nothing came for a minute
      reset_ = true;
    }
    return got > 0;
  }

  // Waits for the peer's end of the connection.
  bool closed() {
    while (receive()) {
    }
    return true;
  }
  bool was_reset() const { return reset_; }

  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

 protected:
  explicit BlockingConnection(int socket) : socket_(socket) {
    const timeval minute{60, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
  }

  // Where it begins in `received_`; npos: the peer has closed before.
  std::size_t read_until(std::string_view mark) {
    for (;;) {
      const auto at = received_.find(mark);
      if (at != std::string::npos || !receive()) return at;
    }
  }

  int socket_;
  std::string received_;
  bool reset_ = false;
};

}  // namespace dobson::test
