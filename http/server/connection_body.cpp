#include <algorithm>

#include "http/server/connection.h"

namespace dobson::http {

Task<Result<Connection::Bytes>> Connection::read_body() {
  give_back_piece();
  Result<Bytes> arrived = take_arrived();
  if (!arrived || !arrived->empty() || parser_.body_ended()) co_return arrived;
  if (exchange_->request().expect_continue && !body_begun_ && !continued_) {
    continued_ = true;
    exchange_->out().append("HTTP/1.1 100 Continue\r\n\r\n");
  }
  if (!send()) co_await send_rest();
  arrived = co_await receive_piece();
  co_return arrived;
}

// What was read together with the head.
Result<Connection::Bytes> Connection::take_arrived() {
  if (body_error_) return *body_error_;
  if (parser_.body_ended() || input_.empty()) return Bytes();
  const auto bytes = input_.unread_bytes();
  const auto parsed = parser_.parse_body(bytes);
  input_.consume(parsed.consumed);
  body_begun_ = true;
  body_bytes_ += parsed.data;
  if (parsed.malformed) return body_failed(Errc::invalid_argument, "The body's framing is wrong.");
  return Bytes(std::as_bytes(bytes.first(parsed.data)));
}

Task<Result<Connection::Bytes>> Connection::receive_piece() {
  while (!broken_) {
    piece_ = co_await shard_->body_buffers().take();
    std::size_t filled = 0;
    const Arrival arrival = fill_piece(filled);
    body_bytes_ += filled;
    body_patience_.arrived(filled);
    if (filled > 0) co_return Bytes(std::as_bytes(std::span(*piece_).first(filled)));
    give_back_piece();
    if (body_error_) co_return *body_error_;
    if (parser_.body_ended()) co_return Bytes();
    if (arrival == Arrival::broken) break;
    if (arrival == Arrival::some) continue;
    arm(body_patience_.left_ms());
    const IoResult ready = co_await readable(*reactor_, socket_);
    body_patience_.waited(reactor_->wheel().left_ms(*this));
    disarm();
    if (expired_) co_return body_failed(Errc::unavailable, "The body came too slowly.");
    if (ready.error) break;
  }
  co_return body_failed(Errc::io, "The connection broke before the body's end.");
}

// As much as has arrived, if it is little: a piece costs its handler a change of thread.
Connection::Arrival Connection::fill_piece(std::size_t& filled) {
  constexpr std::size_t enough = 64 * limits::KiB;
  while (filled < enough && !parser_.body_ended() && !body_error_) {
    const auto space = std::span(*piece_).subspan(filled);
    const auto most = std::min<std::uint64_t>(space.size(), parser_.body_read_limit());
    std::error_code error;
    const auto read = socket_.read_some(asio::buffer(space.data(), most), error);
    if (error == asio::error::would_block) return Arrival::blocked;
    if (error) return Arrival::broken;
    const auto parsed = parser_.parse_body(space.first(read));
    filled += parsed.data;
    body_begun_ = true;
    if (parsed.malformed) body_failed(Errc::invalid_argument, "The body's framing is wrong.");
    if (!parser_.body_ended()) continue;
    const auto rest = space.first(read).subspan(parsed.consumed);
    auto* const kept = static_cast<char*>(exchange_->arena().allocate(rest.size() + 1, 1));
    std::ranges::copy(rest, kept);
    overread_ = {kept, rest.size()};
  }
  return Arrival::some;
}

Error Connection::body_failed(Errc code, std::string_view message) {
  ending_ = true;
  body_error_ = Error{code, std::string(message)};
  return *body_error_;
}

bool Connection::body_over() {
  const Result<Bytes> dropped = take_arrived();
  return dropped.ok() && parser_.body_ended();
}

// False: the request has been answered, or cannot be any more.
Task<bool> Connection::drop_body() {
  const auto announced = exchange_->request().content_length.value_or(0);
  while (std::max(announced, body_bytes_) <= limits::drain_bytes) {
    const Result<Bytes> piece = co_await read_body();
    if (!piece) {
      refuse_body(piece.error().code);
      co_return false;
    }
    if (piece->empty()) break;
  }
  co_return true;
}

void Connection::refuse_body(Errc code) {
  if (code == Errc::io) {
    exchange_->abort();
  } else if (code == Errc::unavailable) {
    exchange_->refuse(Refusal::Reason::timeout, 408);
  } else {
    exchange_->refuse(Refusal::Reason::malformed, 400);
  }
}

}  // namespace dobson::http
