#pragma once

// Pieces of a request target. Decoding gives a view of `text` itself where nothing is encoded, of
// `memory` otherwise; nothing on bad percent-encoding. Whether the bytes are UTF-8 is not looked
// at.

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace dobson::http {

std::optional<std::string_view> percent_decode(std::string_view text,
                                               std::pmr::memory_resource& memory);

// As in a query: `+` is a blank too.
std::optional<std::string_view> form_decode(std::string_view text,
                                            std::pmr::memory_resource& memory);

// Whether form-decoded `text` is `expected`; false on bad encoding.
bool form_equals(std::string_view text, std::string_view expected);

// Takes the first `name=value` off a query, still encoded.
struct QueryPart {
  std::string_view name;
  std::string_view value;
};
QueryPart take_query_part(std::string_view& query);

// The decoded value of the first parameter of that name, for choices that are made before the whole
// query is checked. Nothing when it is badly encoded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace dobson::http
