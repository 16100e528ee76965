#pragma once

// One client: one coroutine that reads, has every request of a read answered, and writes the
// answers together. Queries are plain calls. A mutation, a body and a stream are barriers: what the
// client has sent behind them stays unparsed in the read buffer until they are done.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/async/asio.h"
#include "core/async/task_group.h"
#include "core/runtime/deadline_wheel.h"
#include "core/runtime/io.h"
#include "http/message/patience.h"
#include "http/parser/request_parser.h"
#include "http/server/input.h"
#include "http/server/shard.h"

namespace dobson::http {

class Connection final : public BodyPort, private Deadline {
 public:
  Connection(Shard& shard, const Listening& listening, Socket socket);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  Task<void> run();

  // The shard is draining: no further request is waited for.
  void stop_waiting();

 private:
  using Bytes = std::span<const std::byte>;

  // Where the synchronous part stopped.
  enum class Step : std::uint8_t {
    next_request,
    read,       // the input is used up
    send,       // many answers wait
    drop_body,  // its handler will not read it
    run_body,   // the handler is a coroutine
    outcome,    // of a mutation
    stream,
    end,  // of the connection
  };

  // --- Requests ---
  void arm_for_input();
  bool received(const IoResult& got);
  Step serve();
  Step begin_request();
  Step run_handler();
  Task<void> go_on(Step step);
  void end_request();
  void refuse_head(RequestParser::Head head);
  void refuse_unparsed(Refusal::Reason reason, int status);
  CounterBlock& counters();

  Task<void> run_body_handler();
  Task<void> await_outcome();
  Task<void> stream();
  Result<bool> append_page(PageSource& source);

  // --- Request bodies ---
  Task<Result<Bytes>> read_body() override;
  std::uint64_t body_bytes() const override { return body_bytes_; }
  bool body_over() override;
  bool ending() const override { return ending_ || shard_->draining(); }
  Result<Bytes> take_arrived();
  enum class Arrival : std::uint8_t { some, blocked, broken };
  Arrival fill_piece(std::size_t& filled);
  Task<Result<Bytes>> receive_piece();
  Error body_failed(Errc code, std::string_view message);
  Task<bool> drop_body();
  void refuse_body(Errc code);
  void give_back_piece() { shard_->body_buffers().give_back(std::move(piece_)); }

  // --- Answers: of the exchange, then `extra_` ---
  Task<bool> write_body(Bytes bytes) override;
  bool send();  // true: nothing is left to send
  Task<void> send_rest(std::size_t held = 0);
  std::uint64_t bytes_answered() const;

  // --- Whether the client is there ---
  std::stop_token stop_token() override;
  Task<void> watch_client();
  Task<void> end_watch();

  // --- Turns ---
  void charge(std::uint64_t cost);
  FairQueue::Wait let_others();

  Task<void> linger();
  void cut();
  void arm(int after_ms);
  void expired() override;

  Shard* shard_;
  Reactor* reactor_;
  const Listening* listening_;
  Socket socket_;
  Input input_;
  RequestParser parser_;
  std::unique_ptr<ServerExchange> exchange_;  // while requests are in work

  bool waits_for_head_ = false;  // its deadline runs from the first byte on
  bool waits_for_request_ = false;
  bool expired_ = false;
  bool ending_ = false;   // no further request is read
  bool lingers_ = false;  // after an answer that the client must not lose
  bool broken_ = false;   // nothing more can be sent

  Service service_;
  std::uint64_t charged_bytes_ = 0;  // of those answered
  bool late_ = false;                // what was just read has waited too long for its turn

  // Of the request in work.
  std::unique_ptr<Deferred> deferred_;
  std::uint64_t body_bytes_ = 0;
  bool body_begun_ = false;
  bool continued_ = false;
  Patience body_patience_;
  std::optional<Error> body_error_;
  std::optional<TaskGroup> watch_;  // of the client, for a handler that has asked
  BodyBuffer piece_;
  std::string_view overread_;  // of what follows the body; in the arena
  std::uint64_t answer_begin_ = 0;

  std::size_t sent_ = 0;  // of the exchange's answers
  Bytes extra_;
  std::uint64_t bytes_sent_ = 0;

  struct Cut {
    Connection* connection;
    void operator()() const { connection->cut(); }
  };
  std::stop_callback<Cut> on_stop_;  // last: may run at once
};

}  // namespace dobson::http
