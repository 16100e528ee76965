#pragma once

// JSON in. A text is checked whole, its UTF-8, numbers and end included, before any of it is used.
// Values are views that end with their reader. Of fields with one name in an object, all are
// walked; `object["name"]` is the first.

#include <simdjson.h>

#include <optional>
#include <string>

namespace dobson::http {

using JsonObject = simdjson::dom::object;
using JsonArray = simdjson::dom::array;
using JsonValue = simdjson::dom::element;

// A JsonValue, or what may be one, as a T; nothing when it is none. T: JsonObject, JsonArray,
// std::string_view, bool, std::uint64_t, std::int64_t.
template <class T, class Value>
std::optional<T> json_as(const Value& value) {
  T out{};
  return value.get(out) == simdjson::SUCCESS ? std::optional(out) : std::nullopt;
}

class JsonReader {
 public:
  // Nothing: not JSON, or not an object.
  std::optional<JsonObject> read_object(const std::string& text) {
    return json_as<JsonObject>(parser_.parse(text));
  }
  // Likewise.
  std::optional<JsonArray> read_array(const std::string& text) {
    return json_as<JsonArray>(parser_.parse(text));
  }

 private:
  simdjson::dom::parser parser_;
};

}  // namespace dobson::http
