#pragma once

// Names of servers, looked up off the reactor. getaddrinfo alone knows what this machine calls a
// host (files, mDNS, search domains), blocks, and cannot be called off; so it runs on threads of a
// pool, and who has waited long enough leaves it there. The pool is the client's own: a name server
// that hangs must not hold up object bytes. One reactor.

#include <coroutine>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/async/completion.h"
#include "core/async/pool.h"
#include "core/base/result.h"
#include "http/client/endpoint.h"
#include "http/net/socket_address.h"

namespace dobson::http {

class Lookup;

// Those of a reactor that a thread works on. Outlives the pool's threads.
class Lookups {
 public:
  Lookups(Pool& pool, Mailbox& home);
  ~Lookups();

 private:
  friend class Lookup;
  class Job;

  Pool* pool_;
  Mailbox* home_;
  std::unordered_map<Job*, std::unique_ptr<Job>> jobs_;
};

// `co_await` it once.
class [[nodiscard]] Lookup final : public Completion {
 public:
  using Found = Result<std::vector<SocketAddress>>;

  Lookup(Lookups& lookups, Origin origin);

  bool await_ready();
  bool await_suspend(std::coroutine_handle<> awaiter);
  // overloaded: too many names wait; unavailable: it was abandoned.
  Found await_resume() { return std::move(found_); }

  // The awaiter goes on, in a turn of its own, without what the thread may still find.
  void abandon();

 private:
  friend class Lookups::Job;
  void run() override { awaiter_.resume(); }

  Lookups* lookups_;
  Origin origin_;
  Lookups::Job* job_ = nullptr;  // while it is waited for
  Found found_;
  std::coroutine_handle<> awaiter_;
};

}  // namespace dobson::http
