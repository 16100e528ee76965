#include "http/client/call.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/assert.h"

namespace dobson::http {

namespace {

constexpr std::string_view late_answer = "no answer came in time";

bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == '\x7f'; });
}

// Every part stays where it is put, whoever has written it.
bool is_sendable(const ClientRequest& request) {
  const auto odd = [](char c) { return c <= ' ' || c >= '\x7f'; };  // as chars: beyond ASCII too
  const auto right = [](const auto& header) {
    return !header.first.empty() && std::ranges::all_of(header.first, is_token) &&
           is_value(header.second);
  };
  return request.target.starts_with('/') && std::ranges::none_of(request.target, odd) &&
         std::ranges::all_of(request.headers, right);
}

std::string head_of(const ClientRequest& request, std::string_view server) {
  const auto method = method_names[static_cast<std::size_t>(request.method)];
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, request.target, server);
  for (const auto& [name, value] : request.headers) head += fmt::format("{}: {}\r\n", name, value);
  const bool has_body = request.method == Method::post || request.method == Method::put ||
                        request.method == Method::patch || !request.body.empty();
  if (has_body) head += fmt::format("Content-Length: {}\r\n", request.body.size());
  return head += "\r\n";
}

// RFC 7231 §4.2.2
bool is_idempotent(Method method) {
  return method != Method::post && method != Method::patch;
}

std::error_code last_error() {
  return {errno, std::system_category()};
}

}  // namespace

Call::Call(ClientShard& shard, ClientRequest request)
    : shard_(&shard),
      reactor_(shard.reactor),
      request_(std::move(request)),
      server_(request_.origin.text()),
      socket_(reactor_->io()),
      lookup_(shard.lookups, request_.origin),
      parser_(request_.method == Method::head),
      buffer_(std::make_unique_for_overwrite<char[]>(limits::client_buffer_bytes)),
      patience_(request_.stall_timeout_ms, request_.least_body_rate),
      on_stop_(request_.stop, Stop{this}) {
  static_assert(limits::client_buffer_bytes > limits::head_bytes);
  DOBSON_ASSERT(request_.method != Method::other);
}

Call::~Call() {
  if (counted_) shard_->connections.end_request(server_);
}

Task<ClientResult<void>> Call::begin() {
  if (stopped_) co_return ClientError{Reason::stopped, server_ + ": not asked"};
  if (!is_sendable(request_)) co_return ClientError{Reason::invalid, server_ + ": not a request"};
  counted_ = shard_->connections.begin_request(server_);
  if (!counted_) {
    co_return ClientError{Reason::busy, server_ + ": too many requests wait for its answers"};
  }
  request_head_ = head_of(request_, server_);
  auto kept = shard_->connections.take(server_);
  if (kept) {
    socket_ = std::move(*kept);
    co_await talk();
    if (may_ask_again()) kept.reset();
  }
  if (!kept) {
    error_.reset();
    co_await connect();
    if (!error_) co_await talk();
  }
  if (error_) co_return *error_;
  co_return ClientResult<void>();
}

// --- Connecting ---

Task<void> Call::connect() {
  arm(request_.connect_timeout_ms);
  const auto addresses = co_await lookup_;
  int left_ms = reactor_->wheel().left_ms(*this);
  disarm();
  if (!addresses && !expired_ && !stopped_) {
    fail(Reason::unresolved, "cannot be found: " + addresses.error().message);
    co_return;
  }
  std::error_code failed;
  auto left = addresses ? addresses->size() : 0;
  for (; left > 0 && !stopped_; --left) {
    const int share_ms = left_ms / static_cast<int>(left);
    arm(share_ms);
    failed = co_await connect_to((*addresses)[addresses->size() - left]);
    left_ms -= share_ms - reactor_->wheel().left_ms(*this);
    disarm();
    if (!failed) co_return;
  }
  const bool in_time = failed && failed != asio::error::operation_aborted;
  if (in_time && !stopped_) {
    fail(Reason::unreachable, "cannot connect: " + failed.message());
  } else {
    fail_wait("cannot connect in time", {});
  }
}

Task<std::error_code> Call::connect_to(SocketAddress address) {
  std::error_code error;
  socket_.close(error);
  const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int fd = ::socket(address.family(), type, 0);
  if (fd < 0) co_return last_error();
  socket_.assign(asio::generic::stream_protocol(address.family(), 0), fd, error);
  if (error) {
    ::close(fd);
    co_return error;
  }
  socket_.non_blocking(true, error);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, address.get(), address.size) == 0) co_return std::error_code();
  if (errno != EINPROGRESS) co_return last_error();
  const IoResult ready = co_await writable(*reactor_, socket_);
  if (ready.error) co_return ready.error;
  int failed = 0;
  socklen_t size = sizeof failed;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size);
  co_return std::error_code(failed, std::system_category());
}

// --- The request ---

// A server may answer before it has read all, and close: what cannot be sent shows when it is read
// from.
Task<void> Call::talk() {
  sent_ = 0;
  bool sent = send();
  while (!sent) {
    arm(request_.stall_timeout_ms);
    const IoResult ready = co_await writable(*reactor_, socket_);
    disarm();
    if (ready.error) {
      fail_wait("takes the request too slowly", "closed within the request");
      co_return;
    }
    sent = send();
  }
  co_await receive_head();
}

bool Call::send() {
  std::error_code error;
  while (!error && sent_ < request_head_.size() + request_.body.size()) {
    const auto of_head = std::min(sent_, request_head_.size());
    const auto of_body = sent_ - of_head;
    const std::array<asio::const_buffer, 2> both{
        asio::buffer(request_head_.data() + of_head, request_head_.size() - of_head),
        asio::buffer(request_.body.data() + of_body, request_.body.size() - of_body)};
    sent_ += socket_.write_some(both, error);
  }
  return error != asio::error::would_block;
}

bool Call::may_ask_again() const {
  return error_ && error_->reason == Reason::cut && !answer_begun_ &&
         is_idempotent(request_.method);
}

// --- The answer ---

Task<void> Call::receive_head() {
  arm(request_.head_timeout_ms);
  bool complete = false;
  while (!complete && !error_) {
    const std::span space(buffer_.get() + end_, limits::client_buffer_bytes - end_);
    const IoResult got = co_await read_some(*reactor_, socket_, space);
    if (got.error) {
      fail_wait(late_answer, "closed before it answered");
      break;
    }
    answer_begun_ = true;
    end_ += got.bytes;
    complete = parse_head();
  }
  disarm();
  if (!error_ && parser_.body_ended()) end();
}

// True: that of the answer has come.
bool Call::parse_head() {
  while (end_ > 0) {
    const std::string_view bytes(buffer_.get(), end_);
    const auto head = parser_.parse_head(bytes);
    if (head == ResponseParser::Head::incomplete) return false;
    const bool complete = head == ResponseParser::Head::complete;
    if (complete) response_ = parser_.response(bytes, header_storage_);
    begin_ = head_end_ = parser_.head_bytes();
    if (complete && response_.status >= 200) return true;
    skipped_bytes_ += head_end_;
    if (head == ResponseParser::Head::too_large || skipped_bytes_ > limits::head_bytes) {
      fail(Reason::too_large, "the head of its answer is too large");
      return false;
    }
    if (!complete || response_.status == 101) {
      fail(Reason::malformed, "what it answers is not HTTP");
      return false;
    }
    std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
    end_ -= begin_;
    parser_.next_response(request_.method == Method::head);
  }
  return false;
}

Task<ClientResult<Call::Bytes>> Call::read_body() {
  Bytes piece;
  while (!error_ && !ended_ && piece.empty()) {
    if (begin_ == end_) {
      co_await receive_piece();
    } else {
      piece = parse_piece();
    }
  }
  if (error_) co_return *error_;
  co_return piece;
}

Task<ClientResult<std::string>> Call::read_all(std::size_t most) {
  std::string all;
  while (true) {
    const auto piece = co_await read_body();
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return all;
    if (piece->size() > most - all.size()) {
      fail(Reason::too_large, "its answer is too large");
      co_return *error_;
    }
    all.append(reinterpret_cast<const char*>(piece->data()), piece->size());
  }
}

Task<void> Call::receive_piece() {
  begin_ = end_ = head_end_;
  arm(patience_.left_ms());
  const std::span space(buffer_.get() + begin_, limits::client_buffer_bytes - begin_);
  const IoResult got = co_await read_some(*reactor_, socket_, space);
  patience_.waited(reactor_->wheel().left_ms(*this));
  disarm();
  end_ += got.bytes;
  if (got.error == asio::error::eof && parser_.ends_with_stream()) {
    end();
  } else if (got.error) {
    fail_wait("its answer stands still", "closed before the end of its answer");
  }
}

Call::Bytes Call::parse_piece() {
  const std::span fresh(buffer_.get() + begin_, end_ - begin_);
  const auto parsed = parser_.parse_body(fresh);
  begin_ += parsed.consumed;
  patience_.arrived(parsed.data);
  if (parsed.malformed) {
    fail(Reason::malformed, "the chunks of its answer are wrong");
  } else if (parser_.body_ended()) {
    end();
  }
  return std::as_bytes(fresh.first(parsed.data));
}

// A connection on which there is more than was asked for is not kept.
void Call::end() {
  ended_ = true;
  const bool sent = sent_ == request_head_.size() + request_.body.size();
  if (sent && begin_ == end_ && response_.keep_alive && !stopped_) {
    shard_->connections.keep(server_, std::move(socket_));
  } else {
    std::error_code ignored;
    socket_.close(ignored);
  }
}

// --- Failures ---

void Call::arm(int after_ms) {
  expired_ = false;
  reactor_->wheel().arm(*this, after_ms);
}

void Call::expired() {
  expired_ = true;
  std::error_code ignored;
  socket_.cancel(ignored);
  lookup_.abandon();
}

void Call::stop() {
  stopped_ = true;
  std::error_code ignored;
  socket_.close(ignored);
  lookup_.abandon();
}

void Call::fail(Reason reason, std::string_view what) {
  error_ = ClientError{reason, fmt::format("{}: {}", server_, what)};
  std::error_code ignored;
  socket_.close(ignored);
}

void Call::fail_wait(std::string_view late, std::string_view closed) {
  if (stopped_) {
    fail(Reason::stopped, "given up");
  } else if (expired_) {
    fail(Reason::timeout, late);
  } else {
    fail(Reason::cut, closed);
  }
}

}  // namespace dobson::http
