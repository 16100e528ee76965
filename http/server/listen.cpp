#include "http/server/listen.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "http/net/socket_address.h"

namespace dobson::http {

namespace {

constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn

Error cannot_listen(std::string_view name, int error) {
  const char* help = "";
  if (error == EADDRINUSE) help = "; another process listens there: stop it or take another port";
  if (error == EACCES) help = "; ports below 1024 and other users' folders need more rights";
  if (error == EADDRNOTAVAIL) help = "; no network interface of this host has the address";
  return {Errc::io, fmt::format("{}: cannot listen: {}{}", name, std::strerror(error), help)};
}

Result<SocketAddress> choose(const std::string& name, const Address& address) {
  const auto found = resolve(address.host, address.port);
  if (!found) {
    return Error{Errc::invalid_argument,
                 fmt::format("{}: unknown host: {}", name, found.error().message)};
  }
  // `localhost` has one of each kind; most mean the older.
  const auto older = std::ranges::find(*found, AF_INET, &SocketAddress::family);
  return older == found->end() ? found->front() : *older;
}

std::string name_of(const SocketAddress& address) {
  char host[INET6_ADDRSTRLEN] = {};
  const bool six = address.family() == AF_INET6;
  const void* bytes = six ? static_cast<const void*>(
                                &reinterpret_cast<const sockaddr_in6*>(&address.bytes)->sin6_addr)
                          : &reinterpret_cast<const sockaddr_in*>(&address.bytes)->sin_addr;
  inet_ntop(address.family(), bytes, host, sizeof host);
  return six ? fmt::format("[{}]:{}", host, address.port())
             : fmt::format("{}:{}", host, address.port());
}

FileDescriptor open_socket(int family) {
  return FileDescriptor(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

bool set(const FileDescriptor& socket, int level, int option) {
  const int on = 1;
  return setsockopt(socket.number(), level, option, &on, sizeof on) == 0;
}

// A bound TCP socket; an invalid one with errno.
FileDescriptor bind_tcp(const SocketAddress& address, bool shared) {
  FileDescriptor socket = open_socket(address.family());
  const bool made = socket.number() >= 0 && set(socket, SOL_SOCKET, SO_REUSEADDR) &&
                    (!shared || set(socket, SOL_SOCKET, SO_REUSEPORT)) &&
                    (address.family() != AF_INET6 || set(socket, IPPROTO_IPV6, IPV6_V6ONLY));
  if (!made || bind(socket.number(), address.get(), address.size) != 0) return FileDescriptor(-1);
  return socket;
}

Result<Bound> bind_tcp(const std::string& name, const Address& address, unsigned sockets) {
  SocketAddress at = TRY(choose(name, address));
  {
    // SO_REUSEPORT would let two servers of one user share a port without a word.
    const FileDescriptor alone = bind_tcp(at, false);
    if (alone.number() < 0 || listen(alone.number(), 1) != 0) return cannot_listen(name, errno);
  }
  Bound bound;
  for (unsigned i = 0; i < sockets; ++i) {
    FileDescriptor socket = bind_tcp(at, true);
    if (socket.number() < 0 || listen(socket.number(), backlog) != 0) {
      return cannot_listen(name, errno);
    }
    getsockname(socket.number(), at.get(), &at.size);  // the port, for those that follow
    bound.sockets.push_back(std::move(socket));
  }
  bound.name = name_of(at);
  return bound;
}

// A socket file that nobody listens at is what a killed server leaves.
bool is_stale(const sockaddr_un& at) {
  struct stat info{};
  if (lstat(at.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const FileDescriptor probe = open_socket(AF_UNIX);
  return connect(probe.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 &&
         errno == ECONNREFUSED;
}

Result<Bound> bind_unix(const std::string& name, const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  if (path.size() >= sizeof at.sun_path) return cannot_listen(name, ENAMETOOLONG);
  std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
  if (is_stale(at)) unlink(at.sun_path);
  FileDescriptor socket = open_socket(AF_UNIX);
  if (socket.number() < 0 ||
      bind(socket.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      listen(socket.number(), backlog) != 0) {
    return cannot_listen(name, errno);
  }
  Bound bound;
  bound.name = name;
  bound.sockets.push_back(std::move(socket));
  bound.path = path;
  return bound;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) close(number_);
}

Result<Address> parse_address(const std::string& name) {
  constexpr std::string_view unix_prefix = "unix:";
  const Error wrong{
      Errc::invalid_argument,
      fmt::format("{}: not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH", name)};
  if (name.starts_with(unix_prefix)) {
    if (name.size() == unix_prefix.size()) return wrong;
    return Address{.path = name.substr(unix_prefix.size())};
  }
  const auto colon = name.rfind(':');
  if (colon == name.npos) return wrong;
  Address address{.host = name.substr(0, colon), .port = name.substr(colon + 1)};
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != address.host.npos) {
    return wrong;
  }
  std::uint16_t number = 0;
  const char* const end = address.port.data() + address.port.size();
  const auto [stop, error] = std::from_chars(address.port.data(), end, number);
  if (address.host.empty() || error != std::errc{} || stop != end) return wrong;
  return address;
}

Result<Bound> bind_address(const std::string& name, unsigned sockets) {
  const Address address = TRY(parse_address(name));
  if (!address.path.empty()) return bind_unix(name, address.path);
  return bind_tcp(name, address, sockets);
}

}  // namespace dobson::http
