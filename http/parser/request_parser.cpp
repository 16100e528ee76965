#include "http/parser/request_parser.h"

#include <algorithm>
#include <cstring>

#include "http/message/headers.h"

// What llhttp 8.1 lets pass in its strict mode too, and we refuse: obs-fold; versions other than
// 1.0 and 1.1, RTSP and ICE; several blanks in the request line; its end, or that of the head,
// without a carriage return; targets without a slash; no Host on 1.1, or several different ones;
// Transfer-Encoding on 1.0 or with anything but `chunked`; a Content-Length that is empty; a header
// without a name; any number of headers, framing without data, and upgrades, which are not offered.

namespace dobson::http {

namespace {

// RFC 7230 §3.2.6
constexpr bool is_token(char c) {
  const bool letter = lower_case(c) >= 'a' && lower_case(c) <= 'z';
  const bool digit = c >= '0' && c <= '9';
  return letter || digit || (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

}  // namespace

struct RequestParser::Callbacks {
  static RequestParser& self(llhttp_t* llhttp) {
    return *static_cast<RequestParser*>(llhttp->data);
  }
  static void extend(Span& span, bool& open, const RequestParser& parser, const char* at,
                     std::size_t size) {
    if (!open) span = {static_cast<std::uint16_t>(at - parser.base_), 0};
    open = true;
    span.size = static_cast<std::uint16_t>(span.size + size);
  }

  static int url(llhttp_t* llhttp, const char* at, std::size_t size) {
    auto& parser = self(llhttp);
    bool open = parser.target_.size != 0;
    extend(parser.target_, open, parser, at, size);
    return 0;
  }

  static int name(llhttp_t* llhttp, const char* at, std::size_t size) {
    auto& parser = self(llhttp);
    if (parser.header_count_ == limits::headers) return 0;  // refused when the name is complete
    extend(parser.headers_[parser.header_count_].name, parser.name_open_, parser, at, size);
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
    extend(span, parser.value_open_, parser, at, size);
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

  static llhttp_settings_t for_head() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_url = url;
    settings.on_header_field = name;
    settings.on_header_field_complete = name_complete;
    settings.on_header_value = value;
    settings.on_headers_complete = head_complete;
    return settings;
  }

  // Trailers are read over.
  static llhttp_settings_t for_body() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_body = data;
    settings.on_message_complete = body_complete;
    return settings;
  }

  // llhttp refuses methods that it does not know, so the method is read without it, and it is shown
  // one that changes nothing.
  static llhttp_t behind_method() {
    llhttp_t llhttp;
    llhttp_init(&llhttp, HTTP_REQUEST, &head_settings);
    llhttp_execute(&llhttp, "POST", 4);
    return llhttp;
  }

  static const llhttp_settings_t head_settings;
  static const llhttp_settings_t body_settings;
  static const llhttp_t begun;
};

const llhttp_settings_t RequestParser::Callbacks::head_settings = for_head();
const llhttp_settings_t RequestParser::Callbacks::body_settings = for_body();
const llhttp_t RequestParser::Callbacks::begun = behind_method();

void RequestParser::next_request() {
  llhttp_ = Callbacks::begun;
  llhttp_.data = this;
  head_ = Head::incomplete;
  consumed_ = 0;
  method_ = {};
  method_ended_ = false;
  target_ = {};
  name_open_ = false;
  header_count_ = 0;
  expect_continue_ = false;
  unknown_expectation_ = false;
  body_ended_ = true;
}

RequestParser::Head RequestParser::parse_head(std::string_view bytes) {
  bytes = bytes.substr(0, limits::head_bytes);
  base_ = bytes.data();
  if (!method_ended_) {
    const Head method = read_method(bytes);
    if (method != Head::complete) return method;
    method_ended_ = true;
  }
  const auto fresh = bytes.substr(consumed_);
  const auto error = llhttp_execute(&llhttp_, fresh.data(), fresh.size());
  if (error == HPE_OK) {
    consumed_ = static_cast<std::uint16_t>(bytes.size());
    if (target_.size > limits::target_bytes) return Head::target_too_long;
    return consumed_ == limits::head_bytes ? Head::too_large : Head::incomplete;
  }
  const auto position = static_cast<std::size_t>(llhttp_get_error_pos(&llhttp_) - base_);
  if (head_ != Head::complete) return refusal_at(bytes, position);
  consumed_ = static_cast<std::uint16_t>(position);
  if (target_.size > limits::target_bytes) return Head::target_too_long;
  return finish_head(bytes) ? Head::complete : Head::malformed;
}

// Empty lines before it are skipped, as llhttp would.
RequestParser::Head RequestParser::read_method(std::string_view bytes) {
  for (; consumed_ < bytes.size(); ++consumed_) {
    const char c = bytes[consumed_];
    if (method_.size == 0 && (c == '\r' || c == '\n')) continue;
    if (!is_token(c)) return c == ' ' && method_.size != 0 ? Head::complete : Head::malformed;
    if (method_.size == 0) method_.begin = consumed_;
    ++method_.size;
  }
  return consumed_ == limits::head_bytes ? Head::too_large : Head::incomplete;
}

// llhttp stopped at `position`, or we did. It reports no target that it stopped in; one that was
// too long before counts as that, as it would have, had its bytes come one by one.
RequestParser::Head RequestParser::refusal_at(std::string_view bytes, std::size_t position) const {
  std::size_t begin = target_.begin;
  if (target_.size == 0) {
    begin = std::min(bytes.find_first_not_of("\r\n"), position);
    begin = std::min(bytes.find(' ', begin), position);
    begin = std::min(bytes.find_first_not_of(' ', begin), position);
  }
  const auto end = std::min(bytes.find(' ', begin), position);
  if (end - begin > limits::target_bytes) return Head::target_too_long;
  return head_ == Head::too_large ? head_ : Head::malformed;
}

bool RequestParser::finish_head(std::string_view bytes) {
  const std::size_t version = target_.begin + target_.size + 1u;
  const bool one_blank_each = bytes[target_.begin - 2u] != ' ' && bytes[version - 1] == ' ';
  if (!one_blank_each || bytes.substr(version, 7) != "HTTP/1." || llhttp_.http_minor > 1) {
    return false;
  }
  if (bytes[version + 8] != '\r' || bytes[consumed_ - 2u] != '\r') return false;
  if (!read_target(bytes) || !read_headers(bytes)) return false;
  body_left_ = llhttp_.content_length;
  body_ended_ = (llhttp_.flags & F_CHUNKED) == 0 && body_left_ == 0;
  framing_bytes_ = 0;
  return true;
}

// Leaves of the target its path and query: without `#…`, without the scheme and authority of the
// absolute form.
bool RequestParser::read_target(std::string_view bytes) {
  std::string_view text = target_.of(bytes);
  text = text.substr(0, text.find('#'));
  std::size_t cut = 0;
  if (const auto colon = text.find("://"); !text.starts_with('/') && colon != text.npos) {
    const auto scheme = text.substr(0, colon);
    if (!equal_names(scheme, "http") && !equal_names(scheme, "https")) return false;
    cut = std::min(text.find_first_of("/?", colon + 3), text.size());
    text.remove_prefix(cut);
  } else if (!text.starts_with('/')) {
    return false;
  }
  const auto path_size = std::min(text.find('?'), text.size());
  const auto query_begin = std::min(path_size + 1, text.size());
  const auto begin = target_.begin + cut;
  const auto span = [](std::size_t at, std::size_t size) {
    return Span{static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(size)};
  };
  target_ = span(begin, text.size());
  path_ = span(begin, path_size);
  query_ = span(begin + query_begin, text.size() - query_begin);
  return true;
}

// llhttp skips line ends before a value, and calls that an empty line of it.
bool RequestParser::starts_folded(std::string_view bytes, const HeaderSpan& header) {
  const auto blank = [bytes](std::size_t at) { return bytes[at] == ' ' || bytes[at] == '\t'; };
  std::size_t at = header.name.begin + header.name.size + 1u;  // after the colon
  while (blank(at)) ++at;
  return bytes[at] == '\r' && blank(at + 2);
}

bool RequestParser::read_headers(std::string_view bytes) {
  std::optional<std::string_view> host;
  unsigned transfer_encodings = 0;
  header_names_ = 0;
  for (auto& header : std::span(headers_).first(header_count_)) {
    if (starts_folded(bytes, header)) return false;
    const auto name = header.name.of(bytes);
    header_names_ |= name_bit(name);
    const auto value = trim_end(header.value.of(bytes));
    header.value.size = static_cast<std::uint16_t>(value.size());
    if (equal_names(name, "host")) {
      if (host.value_or(value) != value) return false;
      host = value;
    } else if (equal_names(name, "content-length")) {
      if (value.empty()) return false;
    } else if (equal_names(name, "transfer-encoding")) {
      if (++transfer_encodings > 1 || !equal_names(value, "chunked")) return false;
    } else if (equal_names(name, "expect")) {
      (equal_names(value, "100-continue") ? expect_continue_ : unknown_expectation_) = true;
    }
  }
  const bool old = llhttp_.http_minor == 0;
  if (old && transfer_encodings != 0) return false;
  if (old) expect_continue_ = unknown_expectation_ = false;
  return old || host.has_value();
}

Request RequestParser::request(std::string_view bytes, HeaderStorage& storage) const {
  const auto known = std::ranges::find(method_names, method_.of(bytes));
  Request request;
  request.method = static_cast<Method>(known - std::begin(method_names));
  request.target = target_.of(bytes);
  request.path = path_.size == 0 ? "/" : path_.of(bytes);  // "http://host"
  request.query = query_.of(bytes);
  request.minor_version = llhttp_.http_minor;
  const bool may_stay = llhttp_.http_minor == 1 || (llhttp_.flags & F_CONNECTION_KEEP_ALIVE) != 0;
  request.keep_alive = may_stay && (llhttp_.flags & F_CONNECTION_CLOSE) == 0;
  request.expect_continue = expect_continue_;
  request.unknown_expectation = unknown_expectation_;
  request.chunked = (llhttp_.flags & F_CHUNKED) != 0;
  if ((llhttp_.flags & F_CONTENT_LENGTH) != 0) request.content_length = llhttp_.content_length;
  for (std::size_t i = 0; i < header_count_; ++i) {
    storage[i] = {headers_[i].name.of(bytes), headers_[i].value.of(bytes)};
  }
  request.headers = std::span(storage).first(header_count_);
  request.names = header_names_;
  return request;
}

RequestParser::Body RequestParser::parse_body(std::span<char> bytes) {
  if (body_ended_) return {};
  if ((llhttp_.flags & F_CHUNKED) != 0) return parse_chunks(bytes);
  const auto data = std::min<std::uint64_t>(bytes.size(), body_left_);
  body_left_ -= data;
  body_ended_ = body_left_ == 0;
  return {.consumed = data, .data = data};
}

RequestParser::Body RequestParser::parse_chunks(std::span<char> bytes) {
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

std::uint64_t RequestParser::body_read_limit() const {
  if ((llhttp_.flags & F_CHUNKED) == 0) return body_left_;
  // llhttp counts what is left of the chunk here.
  return llhttp_.content_length + limits::body_overread_bytes;
}

}  // namespace dobson::http
