#pragma once

// Status lines.

#include <string_view>

namespace dobson::http {

// "HTTP/1.1 200 OK\r\n". A code outside the list is a programmer's error.
std::string_view status_line(int code);

// Answers that have no body and no Content-Length whatever the method.
constexpr bool is_bodyless(int code) {
  return code == 204 || code == 304;
}

}  // namespace dobson::http
