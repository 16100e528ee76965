#pragma once

// One request after another out of a byte stream: llhttp in its strict mode, and the checks that it
// leaves to us (notes in request_parser.cpp). Knows no socket. However the stream is cut, the same
// heads, body bytes and refusals come out.

#include <llhttp.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/limits.h"
#include "http/message/request.h"

namespace dobson::http {

class RequestParser {
 public:
  RequestParser() { next_request(); }
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // --- Head ---
  enum class Head : std::uint8_t { incomplete, complete, malformed, target_too_long, too_large };

  // `bytes` begins with the first byte of the head and is never shorter than at the last call;
  // it may have moved. What was looked at before is not looked at again.
  Head parse_head(std::string_view bytes);

  // Of a complete head.
  std::size_t head_bytes() const { return consumed_; }
  // Its views point into `bytes`, its headers into `storage`.
  using HeaderStorage = std::array<Header, limits::headers>;
  Request request(std::string_view bytes, HeaderStorage& storage) const;

  // --- Body ---
  // Data is moved to the front of the bytes given, framing dropped.
  struct Body {
    std::size_t consumed = 0;
    std::size_t data = 0;
    bool malformed = false;
  };
  Body parse_body(std::span<char> bytes);
  bool body_ended() const { return body_ended_; }
  // Reading no more than this brings at most limits::body_overread_bytes of the next request.
  std::uint64_t body_read_limit() const;

  // The next head begins where the last body ended.
  void next_request();

 private:
  struct Callbacks;

  // Offsets from the begin of the head, which limits::head_bytes keeps small.
  struct Span {
    std::uint16_t begin = 0;
    std::uint16_t size = 0;
    std::string_view of(std::string_view bytes) const { return bytes.substr(begin, size); }
  };
  struct HeaderSpan {
    Span name;
    Span value;
  };
  static_assert(limits::head_bytes <= UINT16_MAX);

  Head read_method(std::string_view bytes);
  Head refusal_at(std::string_view bytes, std::size_t position) const;
  bool finish_head(std::string_view bytes);
  bool read_target(std::string_view bytes);
  bool read_headers(std::string_view bytes);
  static bool starts_folded(std::string_view bytes, const HeaderSpan& header);
  Body parse_chunks(std::span<char> bytes);

  llhttp_t llhttp_;
  const char* base_ = nullptr;  // of the call that runs
  Head head_ = Head::incomplete;
  std::uint16_t consumed_ = 0;

  Span method_;
  bool method_ended_ = false;
  Span target_;  // as sent
  Span path_;
  Span query_;
  bool name_open_ = false;
  bool value_open_ = false;
  bool expect_continue_ = false;
  bool unknown_expectation_ = false;
  std::uint8_t header_count_ = 0;
  std::uint64_t header_names_ = 0;
  static_assert(limits::headers <= UINT8_MAX);
  std::array<HeaderSpan, limits::headers> headers_;

  bool body_ended_ = true;
  std::uint64_t body_left_ = 0;  // with a Content-Length
  char* data_end_ = nullptr;     // chunked: where the next data byte goes
  const char* framing_ = nullptr;
  std::size_t framing_bytes_ = 0;  // since the last data byte
};

}  // namespace dobson::http
