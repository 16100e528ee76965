#pragma once

// Requests to other servers: HTTP/1.1 without TLS, asked and answered on a reactor. Connections are
// kept for the next request to the same server; answers come piece by piece. Other servers are no
// more trusted than clients are: every wait and size has a limit, and what is not HTTP is refused.

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/async/task.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "http/client/endpoint.h"
#include "http/message/request.h"
#include "http/message/response.h"

namespace dobson {
class Runtime;
}

namespace dobson::http {

struct ClientError {
  enum class Reason : std::uint8_t {
    invalid,      // the request: bytes that would not stay in their place
    busy,         // limits::client_requests are on their way
    unresolved,   // the host's name
    unreachable,  // refused, no route, no descriptors
    timeout,
    cut,        // closed before the end of the answer
    malformed,  // what came is no answer
    too_large,  // the head, or a body that is wanted as a whole
    stopped,    // by the request's stop token
  };
  Reason reason;
  std::string message;  // a line for people, begins with the server
};

template <class T>
using ClientResult = Result<T, ClientError>;

struct ClientRequest {
  Origin origin;
  Method method = Method::get;  // any but Method::other
  std::string target;           // path and query, percent-encoded
  // Without Host, Content-Length and Connection.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};

  int connect_timeout_ms = limits::client_connect_timeout_s * 1000;  // the name included
  int head_timeout_ms = limits::client_head_timeout_s * 1000;
  int stall_timeout_ms = limits::client_stall_timeout_s * 1000;  // of the body, either way
  int least_body_rate = limits::least_body_rate;                 // bytes/s
  // Ends what waits for the server, now and later. To be stopped on the request's reactor.
  std::stop_token stop = {};
};

// Lives, and is used, on the reactor that asked. Its end before that of the body closes the
// connection, so that the server can stop too.
class ClientAnswer {
 public:
  virtual ~ClientAnswer() = default;

  virtual const Response& head() const = 0;  // not of a 1xx: these are skipped

  // The next piece, at most limits::client_buffer_bytes, valid until the next call; empty at the
  // end. After an error the same one again.
  virtual Task<ClientResult<std::span<const std::byte>>> read_body() = 0;

  // What is left of the body; more than `most` bytes: too_large.
  virtual Task<ClientResult<std::string>> read_all(std::size_t most) = 0;
};

// A request that is idempotent is sent once more, on a new connection, when the server closed a
// kept one before it answered.
//
// Ends between Runtime::stop and the end of the runtime; with names that a name server does not
// answer for, only when the resolver gives up, in half a minute.
class Client {
 public:
  struct Options {
    int idle_timeout_ms = limits::client_idle_timeout_s * 1000;
    std::size_t requests = limits::client_requests;
  };

  virtual ~Client() = default;

  // On this reactor, to the head of the answer, whatever its status.
  virtual Task<ClientResult<std::unique_ptr<ClientAnswer>>> ask(unsigned reactor,
                                                                ClientRequest request) = 0;

  static std::unique_ptr<Client> make(Runtime& runtime, const Options& options);
};

}  // namespace dobson::http
