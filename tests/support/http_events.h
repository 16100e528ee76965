#pragma once

// What a byte stream means to a parser, as text, when it arrives in given pieces.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/parser/request_parser.h"
#include "http/parser/response_parser.h"

namespace dobson::test {

template <class Parser>
class MessageEvents {
 public:
  // Like a connection: what has arrived and is not used yet stands in one buffer, which moves.
  void feed(std::string_view piece) {
    if (refused_) return;
    std::vector<char> moved(buffer_.size() + piece.size());
    std::ranges::copy(buffer_, moved.begin());
    std::ranges::copy(piece, moved.begin() + static_cast<std::ptrdiff_t>(buffer_.size()));
    buffer_.swap(moved);
    while (!refused_ && step()) {
    }
  }

  // `body` stands for all bytes of one body.
  const std::string& text() const { return text_; }

 protected:
  using Storage = typename Parser::HeaderStorage;

  ~MessageEvents() = default;

  virtual void describe(Parser& parser, std::string_view bytes, Storage& storage) = 0;
  virtual void begin_next(Parser& parser) = 0;

  void add(std::string_view text) { text_ += text; }
  void add_headers(std::span<const http::Header> headers) {
    for (const auto& header : headers) {
      text_.append(" ").append(header.name).append("=").append(header.value);
    }
    text_ += " body=";
  }

 private:
  bool step() { return in_body_ ? step_body() : step_head(); }

  bool step_head() {
    using Head = http::MessageParser::Head;
    const std::string_view bytes(buffer_.data(), buffer_.size());
    const Head head = parser_.parse_head(bytes);
    if (head == Head::incomplete) return false;
    if (head != Head::complete) {
      text_ += head == Head::malformed         ? "malformed"
               : head == Head::target_too_long ? "target_too_long"
                                               : "too_large";
      refused_ = true;
      return false;
    }
    describe(parser_, bytes, storage_);
    drop(parser_.head_bytes());
    in_body_ = true;
    return true;
  }

  bool step_body() {
    const auto body = parser_.parse_body(buffer_);
    text_.append(buffer_.data(), body.data);
    drop(body.consumed);
    if (body.malformed) {
      text_ += "|malformed body";
      refused_ = true;
    }
    if (!parser_.body_ended()) return false;
    text_ += "|end\n";
    begin_next(parser_);
    in_body_ = false;
    return true;
  }

  void drop(std::size_t bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes));
  }

  Parser parser_;
  Storage storage_;
  std::vector<char> buffer_;
  std::string text_;
  bool in_body_ = false;
  bool refused_ = false;
};

class HttpEvents final : public MessageEvents<http::RequestParser> {
 private:
  void describe(http::RequestParser& parser, std::string_view bytes, Storage& storage) override {
    const http::Request request = parser.request(bytes, storage);
    add(std::to_string(static_cast<int>(request.method)) + " " + std::string(request.target) +
        " [" + std::string(request.path) + "][" + std::string(request.query) + "] 1." +
        std::to_string(request.minor_version) + (request.keep_alive ? " stay" : " close") +
        (request.expect_continue ? " expect" : "") +
        (request.unknown_expectation ? " unknown" : "") + (request.chunked ? " chunked" : ""));
    if (request.content_length) add(" " + std::to_string(*request.content_length));
    add_headers(request.headers);
  }
  void begin_next(http::RequestParser& parser) override { parser.next_request(); }
};

// Answers to GET.
class AnswerEvents final : public MessageEvents<http::ResponseParser> {
 private:
  void describe(http::ResponseParser& parser, std::string_view bytes, Storage& storage) override {
    const http::Response response = parser.response(bytes, storage);
    add(std::to_string(response.status) + (response.keep_alive ? " stay" : " close") +
        (parser.ends_with_stream() ? " stream" : ""));
    if (response.content_length) add(" " + std::to_string(*response.content_length));
    add_headers(response.headers);
  }
  void begin_next(http::ResponseParser& parser) override { parser.next_response(false); }
};

template <class Events>
std::string events_in(std::string_view stream) {
  Events events;
  events.feed(stream);
  return events.text();
}

template <class Events>
std::string events_byte_by_byte(std::string_view stream) {
  Events events;
  for (const char& byte : stream) events.feed({&byte, 1});
  return events.text();
}

inline std::string events_of(std::string_view stream) {
  return events_in<HttpEvents>(stream);
}

}  // namespace dobson::test
