#pragma once

// One request on its way and its answer: one coroutine, the caller's, and one socket. One buffer
// holds the head of the answer and behind it each piece of the body, so that memory does not grow
// with what a server sends.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>

#include "core/async/asio.h"
#include "core/runtime/deadline_wheel.h"
#include "core/runtime/io.h"
#include "http/client/client.h"
#include "http/client/connection_pool.h"
#include "http/client/lookup.h"
#include "http/message/patience.h"
#include "http/parser/response_parser.h"

namespace dobson::http {

// What the calls of a reactor share.
struct ClientShard {
  ClientShard(Reactor& home, Pool& lookup_pool, const Client::Options& options)
      : reactor(&home),
        connections(home, options.idle_timeout_ms, options.requests),
        lookups(lookup_pool, home) {}

  Reactor* reactor;
  ConnectionPool connections;
  Lookups lookups;
};

class Call final : public ClientAnswer, private Deadline {
 public:
  Call(ClientShard& shard, ClientRequest request);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() override;

  // To the head of the answer.
  Task<ClientResult<void>> begin();

  // --- ClientAnswer ---
  const Response& head() const override { return response_; }
  Task<ClientResult<std::span<const std::byte>>> read_body() override;
  Task<ClientResult<std::string>> read_all(std::size_t most) override;

 private:
  using Reason = ClientError::Reason;
  using Bytes = std::span<const std::byte>;

  // --- Connecting ---
  Task<void> connect();
  Task<std::error_code> connect_to(SocketAddress address);

  // --- The request ---
  Task<void> talk();
  bool send();  // true: nothing more goes out
  bool may_ask_again() const;

  // --- The answer ---
  Task<void> receive_head();
  bool parse_head();
  Task<void> receive_piece();
  Bytes parse_piece();
  void end();

  // --- Failures ---
  void arm(int after_ms);
  void expired() override;
  void stop();
  void fail(Reason reason, std::string_view what);
  // A wait did not bring what was waited for; `late` and `closed` say so of time and server.
  void fail_wait(std::string_view late, std::string_view closed);

  ClientShard* shard_;
  Reactor* reactor_;
  const ClientRequest request_;
  const std::string server_;
  Socket socket_;
  Lookup lookup_;
  std::optional<ClientError> error_;
  bool counted_ = false;  // among the requests to the server
  bool expired_ = false;
  bool stopped_ = false;

  std::string request_head_;
  std::size_t sent_ = 0;  // of it and the body

  ResponseParser parser_;
  ResponseParser::HeaderStorage header_storage_;
  Response response_;
  std::unique_ptr<char[]> buffer_;
  std::size_t head_end_ = 0;  // in the buffer; so are the bytes that wait to be parsed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t skipped_bytes_ = 0;  // heads of 1xx
  bool answer_begun_ = false;
  bool ended_ = false;
  Patience patience_;

  struct Stop {
    Call* call;
    void operator()() const { call->stop(); }
  };
  std::stop_callback<Stop> on_stop_;  // last: may run at once
};

}  // namespace dobson::http
