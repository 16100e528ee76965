#pragma once

// What requests and answers have in common: headers, and a body by its length or in chunks. llhttp
// in its strict mode, and the checks that it leaves to us (notes in message_parser.cpp). However
// the stream is cut, the same comes out.

#include <llhttp.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/limits.h"
#include "http/message/headers.h"

namespace dobson::http {

class MessageParser {
 public:
  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  // --- Head ---
  enum class Head : std::uint8_t { incomplete, complete, malformed, target_too_long, too_large };

  // Of a complete head.
  std::size_t head_bytes() const { return consumed_; }
  using HeaderStorage = std::array<Header, limits::headers>;

  // --- Body ---
  // Data is moved to the front of the bytes given, framing dropped.
  struct Body {
    std::size_t consumed = 0;
    std::size_t data = 0;
    bool malformed = false;
  };
  Body parse_body(std::span<char> bytes);
  bool body_ended() const { return body_ended_; }
  // Reading no more than this brings at most limits::body_overread_bytes of the next message.
  std::uint64_t body_read_limit() const;

 protected:
  MessageParser() = default;
  ~MessageParser() = default;

  // Offsets from the begin of the head, which limits::head_bytes keeps small.
  struct Span {
    std::uint16_t begin = 0;
    std::uint16_t size = 0;
    std::string_view of(std::string_view bytes) const { return bytes.substr(begin, size); }
  };
  static_assert(limits::head_bytes <= UINT16_MAX);

  // With the callbacks for headers; those for the first line are the message's own.
  static llhttp_settings_t header_settings();
  static MessageParser& self(llhttp_t* llhttp) {
    return *static_cast<MessageParser*>(llhttp->data);
  }
  void extend(Span& span, bool& open, const char* at, std::size_t size) const {
    if (!open) span = {static_cast<std::uint16_t>(at - base_), 0};
    open = true;
    span.size = static_cast<std::uint16_t>(span.size + size);
  }

  void begin_head(const llhttp_t& begun);
  // Shows llhttp what it has not seen of `bytes`, and where it stops is `head_bytes`.
  Head read_head(std::string_view bytes);
  // The head's last line has its carriage return, and headers say what they may. Those that no
  // message has to itself are checked; `each(name, value)` is asked about the others.
  template <class Each>
  bool check_headers(std::string_view bytes, Each each);
  void begin_body();

  bool keeps_alive() const;
  bool chunked() const { return (llhttp_.flags & F_CHUNKED) != 0; }
  bool has_length() const { return (llhttp_.flags & F_CONTENT_LENGTH) != 0; }
  std::span<const Header> headers(std::string_view bytes, HeaderStorage& storage) const;
  std::uint64_t header_names() const { return header_names_; }  // a set of name_bit

  llhttp_t llhttp_;
  Head head_ = Head::incomplete;
  std::uint16_t consumed_ = 0;
  bool body_ended_ = true;
  std::uint64_t body_left_ = 0;  // where it is not chunked

 private:
  struct Callbacks;
  struct HeaderSpan {
    Span name;
    Span value;
  };

  static bool starts_folded(std::string_view bytes, const HeaderSpan& header);
  Body parse_chunks(std::span<char> bytes);

  const char* base_ = nullptr;  // of the call that runs
  bool name_open_ = false;
  bool value_open_ = false;
  std::uint8_t header_count_ = 0;
  std::uint64_t header_names_ = 0;
  static_assert(limits::headers <= UINT8_MAX);
  std::array<HeaderSpan, limits::headers> headers_;

  char* data_end_ = nullptr;  // chunked: where the next data byte goes
  const char* framing_ = nullptr;
  std::size_t framing_bytes_ = 0;  // since the last data byte
};

template <class Each>
bool MessageParser::check_headers(std::string_view bytes, Each each) {
  if (bytes[consumed_ - 2u] != '\r') return false;
  unsigned transfer_encodings = 0;
  header_names_ = 0;
  for (auto& header : std::span(headers_).first(header_count_)) {
    if (starts_folded(bytes, header)) return false;
    const auto name = header.name.of(bytes);
    header_names_ |= name_bit(name);
    const auto value = trim_end(header.value.of(bytes));
    header.value.size = static_cast<std::uint16_t>(value.size());
    if (equal_names(name, "content-length")) {
      if (value.empty()) return false;
    } else if (equal_names(name, "transfer-encoding")) {
      if (++transfer_encodings > 1 || !equal_names(value, "chunked")) return false;
    } else if (!each(name, value)) {
      return false;
    }
  }
  return transfer_encodings == 0 || llhttp_.http_minor == 1;
}

}  // namespace dobson::http
