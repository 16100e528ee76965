#pragma once

// Paths and queries on the wire: percent- and form-decoding. Decoding happens once, after
// splitting.

#include <optional>
#include <string>
#include <string_view>

namespace dobson::http {

// Nothing when a `%` is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);
// The same with `+` as a blank: the form of queries.
std::optional<std::string> form_decode(std::string_view text);

// True when decoding would change nothing, so that the text itself can be used.
bool is_plain(std::string_view text);
bool is_plain_form(std::string_view text);

// The pairs of a query, in order, still encoded.
class QueryPairs {
 public:
  struct Pair {
    std::string_view name;
    std::string_view value;  // empty without `=`
  };

  explicit QueryPairs(std::string_view query) : rest_(query) {}
  std::optional<Pair> next();

 private:
  std::string_view rest_;
};

// The decoded value of the first parameter of that name. Pairs that cannot be decoded are passed
// over: this serves choices that are made before the whole query is checked.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace dobson::http
