#pragma once

// What listings have in common (spec/ozone-rest.md §2.11, §4.12).

#include <cstdint>
#include <string_view>

#include "handlers/common/query.h"
#include "storage/query/namespace.h"

namespace dobson::ozone {

inline storage::Range listing_range(const http::Exchange& exchange) {
  return {query_or_empty(exchange, "prefix"), query_or_empty(exchange, "prev-key")};
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
