#pragma once

// Addresses of sockets, and the names that lead to them.

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace dobson::http {

// Of any family.
struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&bytes); }
  int family() const { return bytes.ss_family; }
  std::uint16_t port() const {
    return ntohs(family() == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&bytes)->sin6_port
                                      : reinterpret_cast<const sockaddr_in*>(&bytes)->sin_port);
  }
};

// At least one, in the order in which they should be tried. invalid_argument: none, with why in the
// resolver's words. Blocks, for seconds where a name server does not answer.
Result<std::vector<SocketAddress>> resolve(const std::string& host, const std::string& port);

// The same of a host that is written as an address; asks nobody and does not block.
Result<std::vector<SocketAddress>> resolve_numeric(const std::string& host,
                                                   const std::string& port);

}  // namespace dobson::http
