#include "http/server/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <exception>

#include "core/log/log.h"

namespace dobson::http {

Connection::Connection(Shard& shard, const Listening& listening, Socket socket)
    : shard_(&shard),
      reactor_(&shard.reactor()),
      listening_(&listening),
      socket_(std::move(socket)),
      body_patience_(shard.body_patience()),
      on_stop_(shard.stop_token(), Cut{this}) {
  shard.opened(*this);
}

Connection::~Connection() {
  if (exchange_) shard_->give_back(std::move(exchange_));
  shard_->closed(*this);
}

Task<void> Connection::run() {
  while (!ending_ && !(input_.empty() && shard_->draining())) {
    arm_for_input();
    const IoResult got = co_await read_some(*reactor_, socket_, input_.space());
    if (!received(got)) break;
    const auto waited_ms = co_await shard_->turns().enter(service_);
    late_ = waited_ms > shard_->options().turn_wait_ms;
    Step step = serve();
    while (step != Step::read && step != Step::end) {
      co_await go_on(step);
      step = serve();
    }
    if (exchange_ && !send()) co_await send_rest();
    if (exchange_) shard_->give_back(std::move(exchange_));
    if (broken_) break;
  }
  if (exchange_ && !send()) co_await send_rest();
  co_await linger();
}

void Connection::stop_waiting() {
  if (!waits_for_request_) return;
  std::error_code ignored;
  socket_.cancel(ignored);
}

// --- Requests ---

void Connection::arm_for_input() {
  waits_for_request_ = input_.empty();
  if (waits_for_request_) {
    arm(shard_->options().idle_timeout_ms);
  } else if (!waits_for_head_) {
    waits_for_head_ = true;
    arm(shard_->options().head_timeout_ms);
  }
}

// False: the connection is to end.
bool Connection::received(const IoResult& got) {
  waits_for_request_ = false;
  if (got.error) {
    if (expired_ && !input_.empty()) refuse_unparsed(Refusal::Reason::timeout, 408);
    return false;
  }
  if (!waits_for_head_) disarm();
  input_.filled(got.bytes);
  return true;
}

Connection::Step Connection::serve() {
  while (!ending_) {
    if (input_.empty()) return Step::read;
    if (!exchange_) exchange_ = shard_->take_exchange();
    if (exchange_->out().size() >= limits::output_batch_bytes) return Step::send;
    const auto head = parser_.parse_head(input_.unread());
    if (head == RequestParser::Head::incomplete) return Step::read;
    waits_for_head_ = false;
    disarm();
    if (head != RequestParser::Head::complete) {
      refuse_head(head);
      return Step::end;
    }
    const Step step = begin_request();
    if (step != Step::next_request) return step;
    end_request();
  }
  return Step::end;
}

// The head is taken off the input, but stays where it is until the input is read into again.
Connection::Step Connection::begin_request() {
  const auto request = parser_.request(input_.unread(), exchange_->header_storage());
  input_.consume(parser_.head_bytes());
  answer_begin_ = bytes_answered();
  exchange_->begin(*this, *listening_, request);
  bool prepared = false;
  try {
    prepared = exchange_->prepare();
  } catch (const std::exception& error) {
    exchange_->fail(error.what());
  }
  if (!prepared) return Step::next_request;
  if (late_ && exchange_->route()->costs_more_than_refusal()) {
    exchange_->refuse(Refusal::Reason::overloaded, 503);
    return Step::next_request;
  }
  const bool reads_body = std::holds_alternative<BodyHandler>(exchange_->route()->handler);
  if (reads_body) return Step::run_body;
  if (!request.expect_continue && !body_over()) return Step::drop_body;
  return run_handler();
}

Connection::Step Connection::run_handler() {
  void* const context = exchange_->family().context;
  const Handler& handler = exchange_->route()->handler;
  try {
    if (const auto* query = std::get_if<QueryHandler>(&handler)) {
      (*query)(context, *exchange_);
    } else {
      deferred_ = std::get<MutationHandler>(handler)(context, *exchange_);
      if (deferred_) return Step::outcome;
    }
  } catch (const std::exception& error) {
    exchange_->fail(error.what());
  }
  if (!exchange_->answered()) exchange_->fail("no answer was given");
  return exchange_->answer() == ServerExchange::Answer::stream ? Step::stream : Step::next_request;
}

// What was answered before goes out first: it need not wait for this one. A stream's head goes with
// its first page.
Task<void> Connection::go_on(Step step) {
  if (step != Step::stream && !send()) co_await send_rest();
  if (step == Step::send) {
    co_await let_others();
    co_return;
  }
  exchange_->release_room();
  counters().begin_wait(exchange_->counter());
  if (step == Step::drop_body) {
    const bool goes_on = co_await drop_body();
    step = goes_on ? run_handler() : Step::next_request;
  }
  if (step == Step::run_body) co_await run_body_handler();
  if (step == Step::outcome) co_await await_outcome();
  if (exchange_->answer() == ServerExchange::Answer::stream) co_await stream();
  counters().end_wait(exchange_->counter());
  end_request();
}

void Connection::end_request() {
  using Answer = ServerExchange::Answer;
  if (exchange_->answer() == Answer::aborted || exchange_->body_goes_on()) {
    cut();
  } else if (!exchange_->stays_open()) {
    ending_ = lingers_ = true;
  }
  counters().count(exchange_->counter(), exchange_->status_code(), body_bytes_,
                   bytes_answered() - answer_begin_);
  charge(limits::request_cost + body_bytes_ / limits::KiB);
  parser_.next_request();
  if (!overread_.empty()) input_.append(overread_);
  overread_ = {};
  give_back_piece();
  deferred_.reset();
  body_error_.reset();
  body_bytes_ = 0;
  body_begun_ = continued_ = false;
  body_patience_ = shard_->body_patience();
  exchange_->end();
}

void Connection::refuse_head(RequestParser::Head head) {
  using Reason = Refusal::Reason;
  switch (head) {
    case RequestParser::Head::target_too_long:
      return refuse_unparsed(Reason::target_too_long, 414);
    case RequestParser::Head::too_large:
      return refuse_unparsed(Reason::head_too_large, 431);
    default:
      return refuse_unparsed(Reason::malformed, 400);
  }
}

void Connection::refuse_unparsed(Refusal::Reason reason, int status) {
  if (!exchange_) exchange_ = shard_->take_exchange();
  Request nothing;
  nothing.keep_alive = false;
  answer_begin_ = bytes_answered();
  exchange_->begin(*this, *listening_, nothing);
  exchange_->refuse(reason, status);
  end_request();
}

CounterBlock& Connection::counters() {
  return *listening_->counters[reactor_->index()];
}

Task<void> Connection::run_body_handler() {
  const auto handler = std::get<BodyHandler>(exchange_->route()->handler);
  try {
    co_await handler(exchange_->family().context, exchange_.get());
  } catch (const std::exception& error) {
    exchange_->fail(error.what());
  }
  if (!exchange_->answered()) exchange_->fail("no answer was given");
  if (watch_) co_await end_watch();
}

Task<void> Connection::await_outcome() {
  if (broken_) {
    exchange_->abort();
    co_return;
  }
  const auto start = [this](Completion& done) { deferred_->start(done); };
  co_await wait(*reactor_, start);
  try {
    deferred_->finish(*exchange_);
  } catch (const std::exception& error) {
    exchange_->fail(error.what());
  }
  if (!exchange_->answered()) exchange_->fail("no answer was given");
}

Task<void> Connection::stream() {
  const auto source = exchange_->take_source();
  bool more = true;
  while (more && !broken_) {
    const Result<bool> appended = append_page(*source);
    if (!appended) {
      log::error("http", "{}: stream cut: {}", exchange_->request().path, appended.error().message);
      exchange_->abort();
      co_return;
    }
    more = *appended;
    if (!send()) co_await send_rest();
    if (more) co_await let_others();
  }
}

// A chunk's size is written into room of fixed width before it.
Result<bool> Connection::append_page(PageSource& source) {
  constexpr std::string_view room = "00000000\r\n";
  std::string& out = exchange_->out();
  const auto begin = out.size();
  if (exchange_->chunked()) out.append(room);
  const auto data = out.size();
  Result<bool> more = Error{Errc::internal};
  try {
    more = source.next(out);
  } catch (const std::exception& error) {
    more = Error{Errc::internal, error.what()};
  }
  if (!more || !exchange_->chunked()) return more;
  if (out.size() == data) {
    out.resize(begin);  // an empty chunk would end the body
  } else {
    std::array<char, 8> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), out.size() - data, 16).ptr;
    std::copy_backward(digits.data(), end, out.data() + begin + digits.size());
    out.append("\r\n");
  }
  if (!*more) out.append("0\r\n\r\n");
  return more;
}

// --- Answers ---

Task<bool> Connection::write_body(Bytes bytes) {
  extra_ = bytes;
  if (!send()) {
    co_await send_rest(bytes.size());
  } else if (exchange_->body_goes_on()) {
    co_await let_others();
  }
  co_return !broken_;
}

bool Connection::send() {
  std::string& out = exchange_->out();
  while (!broken_ && (sent_ < out.size() || !extra_.empty())) {
    const std::array<asio::const_buffer, 2> both{
        asio::buffer(out.data() + sent_, out.size() - sent_),
        asio::buffer(extra_.data(), extra_.size())};
    std::error_code error;
    const auto written =
        extra_.empty() ? socket_.write_some(both[0], error) : socket_.write_some(both, error);
    if (error == asio::error::would_block) return false;
    if (error) broken_ = ending_ = true;
    bytes_sent_ += written;
    const auto of_out = std::min(written, out.size() - sent_);
    sent_ += of_out;
    extra_ = extra_.subspan(written - of_out);
  }
  out.clear();
  sent_ = 0;
  extra_ = {};
  return true;
}

// `held`: memory of the handler behind `extra_`.
Task<void> Connection::send_rest(std::size_t held) {
  const auto waiting = exchange_->out().capacity() + held;
  if (!shard_->add_waiting_answer(waiting)) cut();
  bool sent = false;
  while (!sent) {
    arm(shard_->options().write_stall_timeout_ms);
    const IoResult ready = co_await writable(*reactor_, socket_);
    disarm();
    if (expired_ || ready.error) cut();
    sent = send();
  }
  shard_->remove_waiting_answer(waiting);
}

// Sent or waiting to be.
std::uint64_t Connection::bytes_answered() const {
  return bytes_sent_ + exchange_->out().size() - sent_ + extra_.size();
}

// --- Whether the client is there, while a handler waits for something else ---

std::stop_token Connection::stop_token() {
  if (!watch_) {
    watch_.emplace();
    watch_->spawn(watch_client());
  }
  return watch_->stop_token();
}

// Nothing is taken off the socket. Who has sent more is there; what follows that cannot be seen.
Task<void> Connection::watch_client() {
  bool silent = true;
  while (silent) {
    const IoResult ready = co_await readable(*reactor_, socket_);
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) co_return;
    silent = !ready.error && got < 0 && errno == EAGAIN;
  }
  watch_->cancel();
}

Task<void> Connection::end_watch() {
  std::error_code ignored;
  socket_.cancel(ignored);
  co_await watch_->join();
  watch_.reset();
}

// --- Turns ---

// `cost`, and for what was answered since the last charge.
void Connection::charge(std::uint64_t cost) {
  const std::uint64_t answered = bytes_answered();
  shard_->turns().charge(service_, cost + (answered - charged_bytes_) / limits::KiB);
  charged_bytes_ = answered;
}

// In the middle of a request; a fast reader of a long answer does not keep them waiting.
FairQueue::Wait Connection::let_others() {
  charge(0);
  return shard_->turns().pass();
}

// A socket that is closed with bytes unread takes its last answer along: half-close, and read on.
Task<void> Connection::linger() {
  if (!lingers_ || broken_) co_return;
  std::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  arm(shard_->options().linger_timeout_ms);
  std::size_t dropped = 0;
  while (dropped < limits::drain_bytes) {
    input_.consume(input_.unread().size());
    const IoResult got = co_await read_some(*reactor_, socket_, input_.space());
    if (got.error) co_return;
    dropped += got.bytes;
  }
}

// At once, and so that the client sees that what it has is not all.
void Connection::cut() {
  broken_ = ending_ = true;
  std::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  if (watch_) watch_->cancel();
}

void Connection::arm(int after_ms) {
  expired_ = false;
  reactor_->wheel().arm(*this, after_ms);
}

void Connection::expired() {
  expired_ = true;
  std::error_code ignored;
  socket_.cancel(ignored);
}

}  // namespace dobson::http
