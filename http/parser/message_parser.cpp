#include "http/parser/message_parser.h"

#include <algorithm>
#include <cstring>

// What llhttp 8.1 lets pass in its strict mode too, and we refuse: obs-fold; the end of the head
// without a carriage return; Transfer-Encoding on 1.0 or with anything but `chunked`; a
// Content-Length that is empty; a header without a name; any number of headers, framing without
// data, and upgrades, which are neither offered nor asked for.

namespace dobson::http {

struct MessageParser::Callbacks {
  static int name(llhttp_t* llhttp, const char* at, std::size_t size) {
    auto& parser = self(llhttp);
    if (parser.header_count_ == limits::headers) return 0;  // refused when the name is complete
    parser.extend(parser.headers_[parser.header_count_].name, parser.name_open_, at, size);
    return 0;
  }

  static int name_complete(llhttp_t* llhttp) {
    auto& parser = self(llhttp);
    if (parser.header_count_ == limits::headers) {
      parser.head_ = Head::too_large;
      return -1;
    }
    auto& header = parser.headers_[parser.header_count_];
    if (!parser.name_open_ || header.name.size == 0) return -1;
    header.value = {};
    ++parser.header_count_;
    parser.name_open_ = false;
    parser.value_open_ = false;
    return 0;
  }

  static int value(llhttp_t* llhttp, const char* at, std::size_t size) {
    auto& parser = self(llhttp);
    Span& span = parser.headers_[parser.header_count_ - 1u].value;
    // A value that goes on elsewhere was folded.
    if (parser.value_open_ && at != parser.base_ + span.begin + span.size) return -1;
    parser.extend(span, parser.value_open_, at, size);
    return 0;
  }

  static int head_complete(llhttp_t* llhttp) {
    llhttp->upgrade = 0;
    self(llhttp).head_ = Head::complete;
    return HPE_PAUSED;
  }

  static int data(llhttp_t* llhttp, const char* at, std::size_t size) {
    auto& parser = self(llhttp);
    parser.framing_bytes_ += static_cast<std::size_t>(at - parser.framing_);
    if (parser.framing_bytes_ > limits::head_bytes) return -1;
    std::memmove(parser.data_end_, at, size);
    parser.data_end_ += size;
    parser.framing_ = at + size;
    parser.framing_bytes_ = 0;
    return 0;
  }

  static int body_complete(llhttp_t* llhttp) {
    self(llhttp).body_ended_ = true;
    return HPE_PAUSED;
  }

  // Trailers are read over.
  static llhttp_settings_t for_body() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_body = data;
    settings.on_message_complete = body_complete;
    return settings;
  }

  static const llhttp_settings_t body_settings;
};

const llhttp_settings_t MessageParser::Callbacks::body_settings = for_body();

llhttp_settings_t MessageParser::header_settings() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_header_field = Callbacks::name;
  settings.on_header_field_complete = Callbacks::name_complete;
  settings.on_header_value = Callbacks::value;
  settings.on_headers_complete = Callbacks::head_complete;
  return settings;
}

void MessageParser::begin_head(const llhttp_t& begun) {
  llhttp_ = begun;
  llhttp_.data = this;
  head_ = Head::incomplete;
  consumed_ = 0;
  name_open_ = false;
  header_count_ = 0;
  body_ended_ = true;
}

MessageParser::Head MessageParser::read_head(std::string_view bytes) {
  base_ = bytes.data();
  const auto fresh = bytes.substr(consumed_);
  const auto error = llhttp_execute(&llhttp_, fresh.data(), fresh.size());
  if (error == HPE_OK) {
    consumed_ = static_cast<std::uint16_t>(bytes.size());
    if (consumed_ == limits::head_bytes) head_ = Head::too_large;
    return head_;
  }
  consumed_ = static_cast<std::uint16_t>(llhttp_get_error_pos(&llhttp_) - base_);
  if (head_ == Head::incomplete) head_ = Head::malformed;
  return head_;
}

// llhttp skips line ends before a value, and calls that an empty line of it.
bool MessageParser::starts_folded(std::string_view bytes, const HeaderSpan& header) {
  const auto blank = [bytes](std::size_t at) { return bytes[at] == ' ' || bytes[at] == '\t'; };
  std::size_t at = header.name.begin + header.name.size + 1u;  // after the colon
  while (blank(at)) ++at;
  return bytes[at] == '\r' && blank(at + 2);
}

bool MessageParser::keeps_alive() const {
  const bool may_stay = llhttp_.http_minor == 1 || (llhttp_.flags & F_CONNECTION_KEEP_ALIVE) != 0;
  return may_stay && (llhttp_.flags & F_CONNECTION_CLOSE) == 0;
}

std::span<const Header> MessageParser::headers(std::string_view bytes,
                                               HeaderStorage& storage) const {
  for (std::size_t i = 0; i < header_count_; ++i) {
    storage[i] = {headers_[i].name.of(bytes), headers_[i].value.of(bytes)};
  }
  return std::span(storage).first(header_count_);
}

void MessageParser::begin_body() {
  body_left_ = llhttp_.content_length;
  body_ended_ = !chunked() && body_left_ == 0;
  framing_bytes_ = 0;
}

MessageParser::Body MessageParser::parse_body(std::span<char> bytes) {
  if (body_ended_) return {};
  if (chunked()) return parse_chunks(bytes);
  const auto data = std::min<std::uint64_t>(bytes.size(), body_left_);
  body_left_ -= data;
  body_ended_ = body_left_ == 0;
  return {.consumed = data, .data = data};
}

MessageParser::Body MessageParser::parse_chunks(std::span<char> bytes) {
  const char* const begin = bytes.data();
  llhttp_.settings = const_cast<llhttp_settings_t*>(&Callbacks::body_settings);
  if (llhttp_get_errno(&llhttp_) == HPE_PAUSED) llhttp_resume(&llhttp_);
  data_end_ = bytes.data();
  framing_ = begin;
  const auto error = llhttp_execute(&llhttp_, begin, bytes.size());
  const char* const end = error == HPE_OK ? begin + bytes.size() : llhttp_get_error_pos(&llhttp_);
  framing_bytes_ += static_cast<std::size_t>(end - framing_);
  const bool parsed = error == HPE_OK || body_ended_;
  const bool malformed = !parsed || framing_bytes_ > limits::head_bytes;
  if (malformed) body_ended_ = false;
  return {.consumed = static_cast<std::size_t>(end - begin),
          .data = static_cast<std::size_t>(data_end_ - bytes.data()),
          .malformed = malformed};
}

std::uint64_t MessageParser::body_read_limit() const {
  if (!chunked()) return body_left_;
  // llhttp counts what is left of the chunk here.
  return llhttp_.content_length + limits::body_overread_bytes;
}

}  // namespace dobson::http
