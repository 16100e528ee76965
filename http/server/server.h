#pragma once

// Listeners and connections. Reactors (one thread and one io_context each) share a port by
// SO_REUSEPORT; a Unix socket has one acceptor that hands sockets round.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "http/route/counters.h"
#include "http/route/route.h"

namespace dobson {
class Runtime;
}

namespace dobson::http {

class Server {
 public:
  virtual ~Server() = default;

  // `addresses`: "HOST:PORT" ([…] around IPv6, port 0 picks one) or "unix:PATH". `families`: the
  // first is the listener's own; the others share it, for `/-/…`. Returns what was bound. Errors
  // name the address and what to do.
  virtual Result<std::vector<std::string>> listen(const std::vector<std::string>& addresses,
                                                  std::vector<const Family*> families) = 0;

  // From now on connections are accepted.
  virtual void start() = 0;
  // Stops accepting, lets requests in work finish (at most `grace_ms`), closes. From any thread.
  virtual void drain(std::int64_t grace_ms) = 0;

  // For /-/metrics; any thread.
  struct RouteReading {
    std::string_view family;
    std::string_view route;
    RouteCounters counters;
  };
  struct Readings {
    std::vector<RouteReading> routes;
    std::uint64_t connections_open = 0;
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_refused = 0;  // over limits::connections
  };
  virtual Readings read() const = 0;

  static std::unique_ptr<Server> make(Runtime& runtime);
};

}  // namespace dobson::http
