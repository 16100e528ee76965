#pragma once

// The part of the server that lives on one reactor: its acceptors and connections, and what these
// share. Only its reactor's thread uses it, once it has started.

#include <atomic>
#include <memory>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include "core/async/task_group.h"
#include "core/runtime/fair_queue.h"
#include "core/runtime/reactor.h"
#include "core/runtime/runtime.h"
#include "http/message/patience.h"
#include "http/server/body_buffers.h"
#include "http/server/listen.h"
#include "http/server/server.h"
#include "http/server/server_exchange.h"

namespace dobson::http {

class Acceptor;
class Connection;

// Of all shards.
struct Totals {
  std::atomic<std::uint64_t> open{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> body_buffers{0};
  std::atomic<std::uint64_t> waiting_answer_bytes{0};
};

class Shard final {
 public:
  Shard(Runtime& runtime, unsigned index, const ServerOptions& options, Totals& totals);
  ~Shard();

  // --- Before start ---
  // Sockets accepted here go to `takers` in turn.
  void add_acceptor(Runtime& runtime, const Listening& listening, FileDescriptor socket,
                    std::vector<Shard*> takers);

  // --- Life, to be run on the reactor ---
  Task<void> start();
  Task<void> stop_accepting();
  // When all shards have stopped accepting. Ends when every connection has ended.
  Task<void> drain(std::int64_t grace_ms);
  Task<void> open(const Listening* listening, int fd);  // fd is counted among the open ones

  // --- For acceptors and connections ---
  Reactor& reactor() { return *reactor_; }
  const ServerOptions& options() const { return *options_; }
  Patience body_patience() const {
    return {options_->body_stall_timeout_ms, options_->least_body_rate};
  }
  Totals& totals() { return *totals_; }
  bool draining() const { return draining_; }
  std::stop_token stop_token() const { return tasks_.stop_token(); }
  void opened(Connection& connection) { connections_.insert(&connection); }
  void closed(Connection& connection);

  std::unique_ptr<ServerExchange> take_exchange();
  void give_back(std::unique_ptr<ServerExchange> exchange);
  BodyBuffers& body_buffers() { return body_buffers_; }
  FairQueue& turns() { return turns_; }

  // Memory of answers whose clients do not read. False: too much.
  bool add_waiting_answer(std::size_t bytes) {
    return totals_->waiting_answer_bytes.fetch_add(bytes) + bytes <= options_->waiting_answer_bytes;
  }
  void remove_waiting_answer(std::size_t bytes) { totals_->waiting_answer_bytes -= bytes; }

 private:
  Reactor* reactor_;
  const ServerOptions* options_;
  Totals* totals_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;

  bool draining_ = false;
  TaskGroup tasks_;
  std::unordered_set<Connection*> connections_;
  std::vector<std::unique_ptr<ServerExchange>> spare_exchanges_;
  BodyBuffers body_buffers_;
  FairQueue turns_;
};

}  // namespace dobson::http
