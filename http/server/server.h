#pragma once

// Listeners and connections. Reactors (one thread and one io_context each) share a port by
// SO_REUSEPORT; a Unix socket has one acceptor that hands sockets round.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "http/route/counters.h"
#include "http/route/route.h"

namespace dobson {
class Runtime;
}

namespace dobson::http {

struct ServerOptions {
  int idle_timeout_ms = limits::idle_timeout_s * 1000;
  int head_timeout_ms = limits::head_timeout_s * 1000;
  int body_stall_timeout_ms = limits::body_stall_timeout_s * 1000;
  int least_body_rate = limits::least_body_rate;  // bytes/s
  int write_stall_timeout_ms = limits::write_stall_timeout_s * 1000;
  int linger_timeout_ms = limits::linger_timeout_s * 1000;
  std::size_t connections = limits::connections;
  std::size_t body_buffers = limits::body_buffers;
  std::size_t waiting_answer_bytes = limits::waiting_answer_bytes;
  std::int64_t turn_wait_ms = limits::turn_wait_ms;
};

// Made and used by one thread, which is no reactor's, but for `read`. Drained before its end, or
// never started; the runtime lives longer.
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
  // Stops accepting, lets requests in work finish, cuts after `grace_ms`. Returns when no
  // connection is left.
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
    std::uint64_t body_bytes = 0;           // of memory, for pieces of request bodies
    std::uint64_t answer_bytes = 0;         // of memory, that wait for their readers
  };
  virtual Readings read() const = 0;

  // The most memory that connections can take, in bytes.
  struct Budget {
    std::uint64_t connections = 0;  // each with a head of full length in work
    std::uint64_t bodies = 0;       // pieces of request bodies
    std::uint64_t answers = 0;      // a page or piece of each, and what waits for readers
  };
  virtual Budget budget() const = 0;

  static std::unique_ptr<Server> make(Runtime& runtime, const ServerOptions& options = {});
};

}  // namespace dobson::http
