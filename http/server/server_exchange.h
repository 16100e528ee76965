#pragma once

// The exchange of a connection, and all that a connection needs while it has requests in work: the
// answers not yet sent, the arena, room for headers. Idle connections have none; a shard keeps
// spare ones (http/server/shard.h).

#include <array>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>

#include "core/runtime/reactor.h"
#include "http/parser/request_parser.h"
#include "http/route/counters.h"
#include "http/route/exchange.h"
#include "http/route/query.h"
#include "http/route/router.h"

namespace dobson::http {

// The routes of one listener and, for each reactor, what they have answered. The last counter is
// that of requests which no route took.
struct Listening {
  std::vector<const Family*> families;
  Router router;
  std::vector<std::unique_ptr<CounterBlock>> counters;
};

// What an exchange asks of its connection.
class BodyPort {
 public:
  virtual Task<Result<std::span<const std::byte>>> read_body() = 0;
  virtual std::uint64_t body_bytes() const = 0;
  virtual Task<bool> write_body(std::span<const std::byte> bytes) = 0;
  // Drops what has arrived of the body and was not read. True: nothing of it is still to come.
  virtual bool body_over() = 0;
  // No request after this one is wanted.
  virtual bool ending() const = 0;
  virtual std::stop_token stop_token() = 0;

 protected:
  ~BodyPort() = default;
};

class ServerExchange final : public Exchange {
 public:
  explicit ServerExchange(Reactor& reactor) : reactor_(&reactor) {}

  // --- For the connection ---
  std::string& out() { return out_; }
  RequestParser::HeaderStorage& header_storage() { return header_storage_; }

  void begin(BodyPort& port, const Listening& listening, const Request& request);
  // Finds the route and makes all checks before the handler. False: it has answered.
  bool prepare();
  const Family& family() const { return *family_; }
  void refuse(Refusal::Reason reason, int status);
  // The handler failed: 500, or the cut of an answer that is already on its way.
  void fail(std::string_view why);
  void end();
  // Before a wait, when all is sent: a large batch must not keep its memory.
  void release_room() {
    if (out_.empty() && out_.capacity() > limits::read_buffer_bytes) out_ = {};
  }

  enum class Answer : std::uint8_t { none, complete, body, stream, aborted };
  Answer answer() const { return answer_; }
  bool stays_open() const { return stays_open_; }
  std::unique_ptr<PageSource> take_source() { return std::move(source_); }
  bool chunked() const { return request_.minor_version != 0; }
  // More of a begun body is to come.
  bool body_goes_on() const { return answer_ == Answer::body && body_left_ != 0U; }
  int status_code() const { return status_; }
  std::size_t counter() const { return counter_; }

  // --- Exchange ---
  const Request& request() const override { return request_; }
  const Route* route() const override { return route_; }
  PathArg path_arg(std::string_view name) const override;
  const std::string_view* query(std::string_view name) const override;
  std::pmr::memory_resource& arena() override { return arena_; }
  Mailbox& mailbox() override { return *reactor_; }
  unsigned reactor() const override { return reactor_->index(); }
  std::string_view date() override { return reactor_->date(); }
  UnixMillis now() const override { return reactor_->now(); }
  std::string_view random_uuid() override;
  std::stop_token stop_token() override { return port_->stop_token(); }
  Task<Result<std::span<const std::byte>>> read_body() override;
  std::uint64_t body_bytes() const override { return port_->body_bytes(); }
  void status(int code) override;
  void header(std::string_view name, std::string_view value) override;
  void finish(std::string_view body) override;
  void finish_without_length() override;
  void finish_stream(std::unique_ptr<PageSource> source) override;
  void begin_body(std::optional<std::uint64_t> length) override;
  Task<bool> write_body(std::span<const std::byte> bytes) override;
  void end_body() override;
  void abort() override { answer_ = Answer::aborted; }
  void close_after() override { close_ = true; }
  bool answered() const override { return answer_ != Answer::none; }

 private:
  void decode_args(const Router::Match& match);
  bool check_query();
  void refuse(const Refusal& refusal);
  void length_line(std::uint64_t length);
  void unknown_length_line();
  Task<bool> write_chunk(std::span<const std::byte> bytes);
  void end_head(Answer answer);

  static constexpr std::size_t arena_bytes = 4096;

  Reactor* reactor_;
  BodyPort* port_ = nullptr;
  const Listening* listening_ = nullptr;
  Request request_;

  const Family* family_ = nullptr;
  const Route* route_ = nullptr;
  std::size_t counter_ = 0;
  std::array<PathArg, Router::most_args> args_;
  std::size_t arg_count_ = 0;
  std::optional<Query> query_;

  int status_ = 0;
  Answer answer_ = Answer::none;
  bool close_ = false;
  bool stays_open_ = false;
  std::size_t answer_begin_ = 0;            // in out_
  std::optional<std::uint64_t> body_left_;  // nothing: until end_body
  std::unique_ptr<PageSource> source_;

  std::string out_;
  RequestParser::HeaderStorage header_storage_;
  std::array<std::byte, arena_bytes> arena_begin_;
  std::pmr::monotonic_buffer_resource arena_{arena_begin_.data(), arena_begin_.size()};
};

}  // namespace dobson::http
