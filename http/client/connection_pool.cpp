#include "http/client/connection_pool.h"

#include <sys/socket.h>

#include <cerrno>

#include "core/base/limits.h"

namespace dobson::http {

class ConnectionPool::Idle final : public Deadline {
 public:
  Idle(ConnectionPool& pool, Servers::iterator server, Socket socket)
      : pool_(&pool), server_(server), socket_(std::move(socket)) {
    pool.reactor_->wheel().arm(*this, pool.idle_timeout_ms_);
  }

  Socket& socket() { return socket_; }
  // Neither bytes nor an end.
  bool silent() {
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           errno == EAGAIN;
  }

 private:
  void expired() override {
    ConnectionPool& pool = *pool_;
    const auto server = server_;
    server->second.idle.remove_if([this](const Idle& other) { return &other == this; });
    pool.forget_unused(server);
  }

  ConnectionPool* pool_;
  Servers::iterator server_;
  Socket socket_;
};

ConnectionPool::ConnectionPool(Reactor& reactor, int idle_timeout_ms, std::size_t requests)
    : reactor_(&reactor), idle_timeout_ms_(idle_timeout_ms), requests_(requests) {}
ConnectionPool::~ConnectionPool() = default;

bool ConnectionPool::begin_request(const std::string& server) {
  std::size_t& requests = servers_[server].requests;
  if (requests == requests_) return false;
  ++requests;
  return true;
}

void ConnectionPool::end_request(const std::string& server) {
  const auto found = servers_.find(server);
  --found->second.requests;
  forget_unused(found);
}

std::optional<Socket> ConnectionPool::take(const std::string& server) {
  auto& idle = servers_[server].idle;
  std::optional<Socket> taken;
  while (!taken && !idle.empty()) {
    if (idle.back().silent()) taken = std::move(idle.back().socket());
    idle.pop_back();
  }
  return taken;
}

void ConnectionPool::keep(const std::string& server, Socket socket) {
  const auto found = servers_.find(server);
  auto& idle = found->second.idle;
  if (idle.size() == limits::client_idle_connections) idle.pop_front();
  idle.emplace_back(*this, found, std::move(socket));
}

void ConnectionPool::forget_unused(Servers::iterator server) {
  if (server->second.requests == 0 && server->second.idle.empty()) servers_.erase(server);
}

}  // namespace dobson::http
