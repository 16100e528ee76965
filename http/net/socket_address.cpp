#include "http/net/socket_address.h"

#include <netdb.h>

#include <cstring>
#include <memory>

namespace dobson::http {

namespace {

Result<std::vector<SocketAddress>> resolve(const std::string& host, const std::string& port,
                                           int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (failed != 0) return Error{Errc::invalid_argument, gai_strerror(failed)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  return addresses;
}

}  // namespace

Result<std::vector<SocketAddress>> resolve(const std::string& host, const std::string& port) {
  return resolve(host, port, 0);
}

Result<std::vector<SocketAddress>> resolve_numeric(const std::string& host,
                                                   const std::string& port) {
  return resolve(host, port, AI_NUMERICHOST | AI_NUMERICSERV);
}

}  // namespace dobson::http
