#include "http/parser/request_parser.h"

#include <algorithm>
#include <optional>

#include "http/message/headers.h"

// What llhttp 8.1 lets pass in its strict mode too, and we refuse, beside what is wrong in any
// message: versions other than 1.0 and 1.1, RTSP and ICE; several blanks in the request line; its
// end without a carriage return; targets without a slash; no Host on 1.1, or several different
// ones.

namespace dobson::http {

struct RequestParser::Callbacks {
  static int url(llhttp_t* llhttp, const char* at, std::size_t size) {
    auto& parser = static_cast<RequestParser&>(self(llhttp));
    bool open = parser.target_.size != 0;
    parser.extend(parser.target_, open, at, size);
    return 0;
  }

  static llhttp_settings_t for_head() {
    llhttp_settings_t settings = header_settings();
    settings.on_url = url;
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
  static const llhttp_t begun;
};

const llhttp_settings_t RequestParser::Callbacks::head_settings = for_head();
const llhttp_t RequestParser::Callbacks::begun = behind_method();

void RequestParser::next_request() {
  begin_head(Callbacks::begun);
  method_ = {};
  method_ended_ = false;
  target_ = {};
  expect_continue_ = false;
  unknown_expectation_ = false;
}

RequestParser::Head RequestParser::parse_head(std::string_view bytes) {
  bytes = bytes.substr(0, limits::head_bytes);
  if (!method_ended_) {
    const Head method = read_method(bytes);
    if (method != Head::complete) return method;
    method_ended_ = true;
  }
  const Head head = read_head(bytes);
  if (head == Head::malformed || head == Head::too_large) return refusal(bytes);
  if (target_.size > limits::target_bytes) return Head::target_too_long;
  if (head == Head::incomplete) return head;
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

// llhttp reports no target that it stopped in; one that was too long before counts as that, as it
// would have, had its bytes come one by one.
RequestParser::Head RequestParser::refusal(std::string_view bytes) const {
  const std::size_t position = consumed_;
  std::size_t begin = target_.begin;
  if (target_.size == 0) {
    begin = std::min(bytes.find_first_not_of("\r\n"), position);
    begin = std::min(bytes.find(' ', begin), position);
    begin = std::min(bytes.find_first_not_of(' ', begin), position);
  }
  const auto end = std::min(bytes.find(' ', begin), position);
  if (end - begin > limits::target_bytes) return Head::target_too_long;
  return head_;
}

bool RequestParser::finish_head(std::string_view bytes) {
  const std::size_t version = target_.begin + target_.size + 1u;
  const bool one_blank_each = bytes[target_.begin - 2u] != ' ' && bytes[version - 1] == ' ';
  if (!one_blank_each || bytes.substr(version, 7) != "HTTP/1." || llhttp_.http_minor > 1) {
    return false;
  }
  if (bytes[version + 8] != '\r') return false;
  if (!read_target(bytes) || !read_headers(bytes)) return false;
  begin_body();
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

bool RequestParser::read_headers(std::string_view bytes) {
  std::optional<std::string_view> host;
  const auto read = [&](std::string_view name, std::string_view value) {
    if (equal_names(name, "host")) {
      if (host.value_or(value) != value) return false;
      host = value;
    } else if (equal_names(name, "expect")) {
      (equal_names(value, "100-continue") ? expect_continue_ : unknown_expectation_) = true;
    }
    return true;
  };
  if (!check_headers(bytes, read)) return false;
  const bool old = llhttp_.http_minor == 0;
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
  request.keep_alive = keeps_alive();
  request.expect_continue = expect_continue_;
  request.unknown_expectation = unknown_expectation_;
  request.chunked = chunked();
  if (has_length()) request.content_length = llhttp_.content_length;
  request.headers = headers(bytes, storage);
  request.names = header_names();
  return request;
}

}  // namespace dobson::http
