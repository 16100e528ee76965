#pragma once

// What listings have in common (spec/ozone-rest.md §2.11).

#include <charconv>
#include <cstdint>
#include <string_view>

#include "core/base/limits.h"
#include "http/route/exchange.h"
#include "storage/query/namespace.h"

namespace dobson::ozone {

inline std::string_view query_or_empty(const http::Exchange& exchange, std::string_view name) {
  const auto* value = exchange.query(name);
  return value == nullptr ? std::string_view{} : *value;
}

inline storage::Range listing_range(const http::Exchange& exchange) {
  return {query_or_empty(exchange, "prefix"), query_or_empty(exchange, "prev-key")};
}

// Checked by the route's declaration already.
inline std::int64_t max_keys(const http::Exchange& exchange, std::int64_t otherwise) {
  const auto text = query_or_empty(exchange, "max-keys");
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

}  // namespace dobson::ozone
