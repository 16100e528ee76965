#pragma once

// One request after another out of a byte stream. Knows no socket. However the stream is cut, the
// same heads, body bytes and refusals come out.

#include <cstdint>
#include <string_view>

#include "http/message/request.h"
#include "http/parser/message_parser.h"

namespace dobson::http {

class RequestParser final : public MessageParser {
 public:
  RequestParser() { next_request(); }

  // `bytes` begins with the first byte of the head and is never shorter than at the last call;
  // it may have moved. What was looked at before is not looked at again.
  Head parse_head(std::string_view bytes);

  // Of a complete head. Its views point into `bytes`, its headers into `storage`.
  Request request(std::string_view bytes, HeaderStorage& storage) const;

  // The next head begins where the last body ended.
  void next_request();

 private:
  struct Callbacks;

  Head read_method(std::string_view bytes);
  Head refusal(std::string_view bytes) const;
  bool finish_head(std::string_view bytes);
  bool read_target(std::string_view bytes);
  bool read_headers(std::string_view bytes);

  Span method_;
  bool method_ended_ = false;
  Span target_;  // as sent
  Span path_;
  Span query_;
  bool expect_continue_ = false;
  bool unknown_expectation_ = false;
};

}  // namespace dobson::http
