#include "http/parser/response_parser.h"

#include <algorithm>

#include "http/message/status.h"

// What llhttp 8.1 lets pass in its strict mode too, and we refuse, beside what is wrong in any
// message: empty lines before the status line, its end without a carriage return, versions other
// than 1.0 and 1.1, and a status that is not of three digits from 100 on.

namespace dobson::http {

namespace {

constexpr std::string_view version = "HTTP/1.";
constexpr std::size_t status_begin = version.size() + 2;
constexpr std::size_t status_end = status_begin + 3;

llhttp_t begun_with(const llhttp_settings_t& settings) {
  llhttp_t llhttp;
  llhttp_init(&llhttp, HTTP_RESPONSE, &settings);
  return llhttp;
}

// RFC 7230 §3.1.2; the blank before the reason may go with it.
bool is_status_line(std::string_view line) {
  if (line.size() <= status_end || !line.ends_with('\r')) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto status = line.substr(status_begin, status_end - status_begin);
  const char behind = line[status_end];
  return line[status_begin - 1] == ' ' && std::ranges::all_of(status, digit) &&
         (behind == ' ' || behind == '\r');
}

}  // namespace

void ResponseParser::next_response(bool to_head) {
  static const llhttp_settings_t settings = header_settings();
  static const llhttp_t begun = begun_with(settings);
  begin_head(begun);
  to_head_ = to_head;
  ends_with_stream_ = false;
}

ResponseParser::Head ResponseParser::parse_head(std::string_view bytes) {
  bytes = bytes.substr(0, limits::head_bytes);
  if (!bytes.starts_with(version.substr(0, bytes.size()))) return Head::malformed;
  const Head head = read_head(bytes);
  if (head != Head::complete) return head;
  return finish_head(bytes) ? Head::complete : Head::malformed;
}

bool ResponseParser::finish_head(std::string_view bytes) {
  if (!is_status_line(bytes.substr(0, bytes.find('\n'))) || llhttp_.http_minor > 1 ||
      llhttp_.status_code < 100 || llhttp_.status_code > 599) {
    return false;
  }
  const auto take_any = [](std::string_view, std::string_view) { return true; };
  if (!check_headers(bytes, take_any)) return false;
  begin_body();
  const int status = llhttp_.status_code;
  if (to_head_ || status < 200 || is_bodyless(status)) {
    body_ended_ = true;
  } else if (!chunked() && !has_length()) {
    ends_with_stream_ = true;
    body_left_ = UINT64_MAX;
    body_ended_ = false;
  }
  return true;
}

Response ResponseParser::response(std::string_view bytes, HeaderStorage& storage) const {
  Response response;
  response.status = llhttp_.status_code;
  response.keep_alive = keeps_alive() && !ends_with_stream_;
  if (has_length()) response.content_length = llhttp_.content_length;
  response.headers = headers(bytes, storage);
  return response;
}

}  // namespace dobson::http
