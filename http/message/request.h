#pragma once

// One parsed request head. All views point into the connection's buffer and hold until the request
// has been answered.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/message/headers.h"

namespace dobson::http {

enum class Method : std::uint8_t { get, head, post, put, del, options, patch, other };

// In the order of Method; `other` has none.
inline constexpr std::string_view method_names[] = {"GET",    "HEAD",    "POST", "PUT",
                                                    "DELETE", "OPTIONS", "PATCH"};

struct Request {
  Method method = Method::other;
  std::string_view target;  // as sent, the absolute form cut to its path and query, without `#…`
  std::string_view path;    // of target, still percent-encoded
  std::string_view query;   // of target, after `?`; empty without one
  std::uint8_t minor_version = 1;
  bool keep_alive = true;
  bool expect_continue = false;
  bool unknown_expectation = false;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;  // as declared; absent with chunked
  std::span<const Header> headers;
  std::uint64_t names = ~0ULL;  // of the headers, as a set of name_bit: most look-ups find nothing

  // Names compare without case. First value, or null.
  const std::string_view* header(std::string_view name) const {
    return (names & name_bit(name)) == 0 ? nullptr : find(name);
  }
  unsigned count(std::string_view name) const;

 private:
  const std::string_view* find(std::string_view name) const;
};

}  // namespace dobson::http
