#pragma once

// A client that sends bytes as they are and reads answers one by one.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/support/blocking_connection.h"

namespace dobson::test {

struct Reply {
  int status = 0;
  std::string head;  // with the status line, without the last empty line
  std::string body;

  bool has(std::string_view header_line) const {
    return head.find("\r\n" + std::string(header_line) + "\r\n") != head.npos;
  }
};

class HttpClient final : public BlockingConnection {
 public:
  // "127.0.0.1:PORT" or "unix:PATH".
  explicit HttpClient(const std::string& address)
      : BlockingConnection(socket(address.starts_with("unix:") ? AF_UNIX : AF_INET,
                                  SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (address.starts_with("unix:")) {
      sockaddr_un at{};
      at.sun_family = AF_UNIX;
      std::strcpy(at.sun_path, address.c_str() + 5);
      connect_to(&at, sizeof at);
    } else {
      sockaddr_in at{};
      at.sin_family = AF_INET;
      at.sin_port =
          htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
      inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
      connect_to(&at, sizeof at);
    }
  }

  void end_sending() { shutdown(socket_, SHUT_WR); }

  // The next answer; status 0 when the connection ended before its end. `to_head`: without a body.
  Reply reply(bool to_head = false) {
    Reply reply;
    const auto end = read_until("\r\n\r\n");
    if (end == std::string::npos) return reply;
    reply.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    const int status = std::stoi(reply.head.substr(9, 3));
    if (to_head || status == 304 || status == 204 || status / 100 == 1) {
      reply.status = status;
    } else if (reply.has("Transfer-Encoding: chunked")) {
      if (read_chunks(reply.body)) reply.status = status;
    } else if (const auto at = reply.head.find("Content-Length: "); at != std::string::npos) {
      const auto length = std::stoul(reply.head.substr(at + 16));
      if (read_bytes(length, reply.body)) reply.status = status;
    } else {
      while (receive()) {
      }
      reply.body.swap(received_);
      if (!reset_) reply.status = status;
    }
    return reply;
  }

  Reply ask(std::string_view request, bool to_head = false) {
    send(request);
    return reply(to_head);
  }

  // What came behind the last answer.
  const std::string& rest() const { return received_; }

 private:
  void connect_to(const void* at, socklen_t size) {
    BOOST_REQUIRE(connect(socket_, static_cast<const sockaddr*>(at), size) == 0);
  }

  bool read_bytes(std::size_t size, std::string& out) {
    while (received_.size() < size) {
      if (!receive()) return false;
    }
    out.append(received_, 0, size);
    received_.erase(0, size);
    return true;
  }
  bool read_chunks(std::string& out) {
    for (;;) {
      const auto line = read_until("\r\n");
      if (line == std::string::npos) return false;
      const auto size = std::stoul(received_.substr(0, line), nullptr, 16);
      received_.erase(0, line + 2);
      std::string crlf;
      if (!read_bytes(size, out) || !read_bytes(2, crlf) || crlf != "\r\n") return false;
      if (size == 0) return true;
    }
  }
};

}  // namespace dobson::test
