#pragma once

// One parsed head of an answer. All views point into the bytes it was read from.

#include <cstdint>
#include <optional>
#include <span>

#include "http/message/headers.h"

namespace dobson::http {

struct Response {
  int status = 0;
  bool keep_alive = true;
  std::optional<std::uint64_t> content_length;  // as declared; absent with chunked
  std::span<const Header> headers;
};

}  // namespace dobson::http
