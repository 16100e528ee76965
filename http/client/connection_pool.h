#pragma once

// Connections to other servers that wait for their next request, and how many requests are on their
// way. Of one reactor.

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>

#include "core/async/asio.h"
#include "core/runtime/reactor.h"

namespace dobson::http {

class ConnectionPool {
 public:
  ConnectionPool(Reactor& reactor, int idle_timeout_ms, std::size_t requests);
  ~ConnectionPool();

  // One request to `server`; false: too many are on their way.
  bool begin_request(const std::string& server);
  void end_request(const std::string& server);

  // For a request that has begun: the connection kept last on which nothing has happened since. One
  // that the server has closed goes, and so does one on which it has sent something that nobody had
  // asked for, lest it be taken for the next answer.
  std::optional<Socket> take(const std::string& server);
  // One whose last answer has ended.
  void keep(const std::string& server, Socket socket);

 private:
  class Idle;

  struct Server {
    std::size_t requests = 0;
    std::list<Idle> idle;  // the oldest first
  };
  using Servers = std::map<std::string, Server>;

  void forget_unused(Servers::iterator server);

  Reactor* reactor_;
  const int idle_timeout_ms_;
  const std::size_t requests_;
  Servers servers_;
};

}  // namespace dobson::http
