#pragma once

// What listings have in common (spec/ozone-rest.md §2.11, §4.12).

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
inline std::int64_t query_integer(const http::Exchange& exchange, std::string_view name,
                                  std::int64_t otherwise) {
  const auto text = query_or_empty(exchange, name);
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}
inline std::int64_t max_keys(const http::Exchange& exchange, std::int64_t otherwise) {
  return query_integer(exchange, "max-keys", otherwise);
}

// Of a parameter that is declared as a flag.
inline bool is_set(const http::Exchange& exchange, std::string_view name) {
  return query_or_empty(exchange, name) == "true";
}

// Whether rows follow the last one of this page.
inline void put_truncated(http::Exchange& exchange, bool truncated) {
  exchange.header("x-ozone-truncated", truncated ? "true" : "false");
}

}  // namespace dobson::ozone
