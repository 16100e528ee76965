#include "http/server/server_exchange.h"

#include <algorithm>
#include <charconv>

#include "core/base/ascii.h"
#include "core/base/assert.h"
#include "core/log/log.h"
#include "http/message/status.h"
#include "http/message/url.h"

namespace dobson::http {

namespace {

Task<bool> gone() {
  co_return false;
}

// A value that was made of a client's bytes must not begin a header of its own.
void blank_breaks(char* value, std::size_t size) {
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  std::replace_if(value, value + size, breaks, ' ');
}

// "name: value\r\n", the string grown once.
void append_line(std::string& out, std::string_view name, std::string_view value) {
  const auto begin = out.size();
  out.resize(begin + name.size() + value.size() + 4);
  char* at = out.data() + begin;
  at += name.copy(at, name.size());
  *at++ = ':';
  *at++ = ' ';
  at += value.copy(at, value.size());
  if (has_control(value)) blank_breaks(at - value.size(), value.size());
  *at++ = '\r';
  *at = '\n';
}

}  // namespace

void ServerExchange::begin(BodyPort& port, const Listening& listening, const Request& request) {
  port_ = &port;
  listening_ = &listening;
  request_ = request;
  family_ = listening.families.front();
  counter_ = listening.router.entries().size();
}

void ServerExchange::end() {
  family_state = nullptr;
  route_ = nullptr;
  arg_count_ = 0;
  query_.reset();
  status_ = 0;
  answer_ = Answer::none;
  close_ = false;
  source_.reset();
  arena_.release();
}

bool ServerExchange::prepare() {
  const auto match = listening_->router.match(request_.path);
  if (match.path == nullptr) {
    refuse(Refusal::Reason::no_such_path, 404);
    return false;
  }
  family_ = match.path->entries.front().family;
  decode_args(match);
  const bool guarded = !match.path->open && family_->admit != nullptr;
  if (guarded && !family_->admit(family_->context, *this)) return false;

  const auto* entry = listening_->router.choose(*match.path, request_.method, request_.query);
  if (entry == nullptr) {
    refuse(
        {.reason = Refusal::Reason::method_not_allowed, .status = 405, .text = match.path->allow});
    return false;
  }
  route_ = entry->route;
  counter_ = entry->index;
  if (route_->gate != nullptr && !route_->gate(family_->context, *this)) return false;
  return check_query();
}

void ServerExchange::decode_args(const Router::Match& match) {
  for (const auto name : match.path->args) {
    const auto raw = match.args[arg_count_];
    const auto text = percent_decode(raw, arena_);
    args_[arg_count_++] = {name, text.value_or(raw), text.has_value()};
  }
}

bool ServerExchange::check_query() {
  query_.emplace(arena_);
  if (!query_->parse(request_.query)) {
    query_.reset();
    refuse(Refusal::Reason::bad_query, 400);
    return false;
  }
  const auto args = std::span(args_).first(arg_count_);
  if (const auto refusal = check_params(*route_, request_, *query_, args)) {
    refuse(*refusal);
    return false;
  }
  if (request_.unknown_expectation) {
    refuse(Refusal::Reason::unknown_expectation, 417);
    return false;
  }
  return true;
}

void ServerExchange::refuse(Refusal::Reason reason, int status) {
  refuse({.reason = reason, .status = status});
}

void ServerExchange::refuse(const Refusal& refusal) {
  family_->refuse(family_->context, *this, refusal);
}

void ServerExchange::fail(std::string_view why) {
  log::error("http", "{} {}: {}", family_->name, request_.path, why);
  if (answer_ == Answer::none) {
    if (status_ != 0) out_.resize(answer_begin_);
    status_ = 0;
    refuse(Refusal::Reason::internal, 500);
  } else if (answer_ != Answer::complete) {
    abort();
  }
}

PathArg ServerExchange::path_arg(std::string_view name) const {
  const auto args = std::span(args_).first(arg_count_);
  const auto found = std::ranges::find(args, name, &PathArg::name);
  return found == args.end() ? PathArg{} : *found;
}

const std::string_view* ServerExchange::query(std::string_view name) const {
  return query_ ? query_->find(name) : nullptr;
}

std::string_view ServerExchange::random_uuid() {
  auto* const text = static_cast<char*>(arena_.allocate(Random::uuid_length, 1));
  reactor_->random().write_uuid(std::span<char, Random::uuid_length>(text, Random::uuid_length));
  return {text, Random::uuid_length};
}

Task<Result<std::span<const std::byte>>> ServerExchange::read_body() {
  DOBSON_ASSERT(status_ == 0);  // what is written of an answer must not go out before its end
  return port_->read_body();
}

void ServerExchange::status(int code) {
  DOBSON_ASSERT(status_ == 0);
  status_ = code;
  answer_begin_ = out_.size();
  out_.append(status_line(code));
}

void ServerExchange::header(std::string_view name, std::string_view value) {
  DOBSON_ASSERT(status_ != 0 && !answered());
  append_line(out_, name, value);
}

void ServerExchange::finish(std::string_view body) {
  const bool bodyless = is_bodyless(status_);
  if (!bodyless) length_line(body.size());
  end_head(Answer::complete);
  if (!bodyless && request_.method != Method::head) out_.append(body);
}

void ServerExchange::finish_without_length() {
  DOBSON_ASSERT(request_.method == Method::head || is_bodyless(status_));
  end_head(Answer::complete);
}

void ServerExchange::finish_stream(std::unique_ptr<PageSource> source) {
  unknown_length_line();
  const bool head = request_.method == Method::head;
  end_head(head ? Answer::complete : Answer::stream);
  if (!head) source_ = std::move(source);
}

void ServerExchange::begin_body(std::optional<std::uint64_t> length) {
  if (length) {
    length_line(*length);
  } else {
    unknown_length_line();
  }
  const bool empty = length == 0U || request_.method == Method::head;
  end_head(empty ? Answer::complete : Answer::body);
  body_left_ = length;
}

Task<bool> ServerExchange::write_body(std::span<const std::byte> bytes) {
  if (answer_ != Answer::body) return gone();  // to HEAD, or cut
  if (!body_left_ && chunked()) return write_chunk(bytes);
  if (body_left_) {
    DOBSON_ASSERT(bytes.size() <= *body_left_);
    *body_left_ -= bytes.size();
  }
  return port_->write_body(bytes);
}

// The line break behind a chunk goes out with what follows it.
Task<bool> ServerExchange::write_chunk(std::span<const std::byte> bytes) {
  DOBSON_ASSERT(!bytes.empty());  // it would end the body
  std::array<char, 16> digits;
  const char* const end = std::to_chars(digits.begin(), digits.end(), bytes.size(), 16).ptr;
  out_.append(std::string_view(digits.data(), end)).append("\r\n");
  const bool taken = co_await port_->write_body(bytes);
  if (taken) out_.append("\r\n");
  co_return taken;
}

void ServerExchange::end_body() {
  if (answer_ != Answer::body) return;  // to HEAD, or cut
  DOBSON_ASSERT(body_left_.value_or(0) == 0);
  if (!body_left_ && chunked()) out_.append("0\r\n\r\n");
  answer_ = Answer::complete;
}

void ServerExchange::length_line(std::uint64_t length) {
  std::array<char, 20> digits;
  const char* const end = std::to_chars(digits.begin(), digits.end(), length).ptr;
  append_line(out_, "Content-Length", {digits.data(), end});
}

void ServerExchange::unknown_length_line() {
  if (chunked()) {
    out_.append("Transfer-Encoding: chunked\r\n");
  } else {
    close_after();
  }
}

void ServerExchange::end_head(Answer answer) {
  DOBSON_ASSERT(status_ != 0 && !answered());
  answer_ = answer;
  // Asked last: it drops what the handler left of the body.
  stays_open_ = !close_ && request_.keep_alive && !port_->ending() && port_->body_over();
  out_.append(stays_open_ ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

}  // namespace dobson::http
