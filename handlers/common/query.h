#pragma once

// Values of query parameters, as handlers take them. What is declared of them was checked already.

#include <charconv>
#include <cstdint>
#include <string_view>

#include "http/route/exchange.h"

namespace dobson {

inline std::string_view query_or_empty(const http::Exchange& exchange, std::string_view name) {
  const auto* value = exchange.query(name);
  return value == nullptr ? std::string_view{} : *value;
}

inline std::int64_t query_integer(const http::Exchange& exchange, std::string_view name,
                                  std::int64_t otherwise) {
  const auto text = query_or_empty(exchange, name);
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

}  // namespace dobson
