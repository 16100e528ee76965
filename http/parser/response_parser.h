#pragma once

// One answer after another out of what a server sends. Knows no socket. However the stream is cut,
// the same heads, body bytes and refusals come out.

#include <string_view>

#include "http/message/response.h"
#include "http/parser/message_parser.h"

namespace dobson::http {

class ResponseParser final : public MessageParser {
 public:
  // `to_head`: of the request, which has an answer without a body then.
  explicit ResponseParser(bool to_head = false) { next_response(to_head); }

  // As of a request (http/parser/request_parser.h).
  Head parse_head(std::string_view bytes);

  // Of a complete head. Its views point into `bytes`, its headers into `storage`.
  Response response(std::string_view bytes, HeaderStorage& storage) const;

  // What ends the body is the end of the stream; it never ends by itself.
  bool ends_with_stream() const { return ends_with_stream_; }

  // The next head begins where the last body ended.
  void next_response(bool to_head);

 private:
  bool finish_head(std::string_view bytes);

  bool to_head_ = false;
  bool ends_with_stream_ = false;
};

}  // namespace dobson::http
