#pragma once

// What a byte stream means to the request parser, as text, when it arrives in given pieces.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/parser/request_parser.h"

namespace dobson::test {

class HttpEvents {
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

 private:
  bool step() { return in_body_ ? step_body() : step_head(); }

  bool step_head() {
    using Head = http::RequestParser::Head;
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
    describe(parser_.request(bytes, storage_));
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
    parser_.next_request();
    in_body_ = false;
    return true;
  }

  void describe(const http::Request& request) {
    text_ += std::to_string(static_cast<int>(request.method)) + " " + std::string(request.target) +
             " [" + std::string(request.path) + "][" + std::string(request.query) + "] 1." +
             std::to_string(request.minor_version) + (request.keep_alive ? " stay" : " close") +
             (request.expect_continue ? " expect" : "") +
             (request.unknown_expectation ? " unknown" : "") + (request.chunked ? " chunked" : "");
    if (request.content_length) text_ += " " + std::to_string(*request.content_length);
    for (const auto& header : request.headers) {
      text_ += " " + std::string(header.name) + "=" + std::string(header.value);
    }
    text_ += " body=";
  }

  void drop(std::size_t bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes));
  }

  http::RequestParser parser_;
  http::RequestParser::HeaderStorage storage_;
  std::vector<char> buffer_;
  std::string text_;
  bool in_body_ = false;
  bool refused_ = false;
};

inline std::string events_of(std::string_view stream) {
  HttpEvents events;
  events.feed(stream);
  return events.text();
}

}  // namespace dobson::test
