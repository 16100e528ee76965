#include "bench/peers/canned.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>

namespace dobson::bench {

namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

int listen_anywhere() {
  const int listener = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const at = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  checked(::bind(listener, at, size), "bind");
  checked(::listen(listener, SOMAXCONN), "listen");
  checked(::getsockname(listener, at, &size), "getsockname");
  fmt::print("listens on 127.0.0.1:{}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

// How many requests end in `bytes`. `matched`: of the end of a head, over the cuts between them.
std::size_t count_ends(std::string_view bytes, std::size_t& matched) {
  constexpr std::string_view end = "\r\n\r\n";
  std::size_t count = 0;
  for (const char c : bytes) {
    matched = c == end[matched] ? matched + 1 : (c == end[0] ? 1 : 0);
    if (matched < end.size()) continue;
    matched = 0;
    ++count;
  }
  return count;
}

}  // namespace

void serve_canned(std::size_t body_bytes) {
  const std::string answer = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
                                         body_bytes, std::string(body_bytes, 'x'));
  const int listener = listen_anywhere();
  const int epoll = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  const auto watch = [epoll](int socket) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  };
  watch(listener);
  std::unordered_map<int, std::size_t> matched;
  std::array<epoll_event, 64> events;
  std::array<char, 16 * 1024> bytes;
  std::string out;
  while (true) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        const int client = checked(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accept4");
        const int on = 1;
        ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        matched[client] = 0;
        watch(client);
        continue;
      }
      const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (size < 0 && errno == EAGAIN) continue;
      out.clear();
      if (size > 0) {
        const std::string_view received(bytes.data(), static_cast<std::size_t>(size));
        for (std::size_t n = count_ends(received, matched[socket]); n > 0; --n) out += answer;
        const ssize_t sent = ::send(socket, out.data(), out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent == static_cast<ssize_t>(out.size())) continue;
      }
      matched.erase(socket);
      ::close(socket);
    }
  }
}

}  // namespace dobson::bench
