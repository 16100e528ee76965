#pragma once

// Named values of a JSON body, for the functions that read whole bodies.

#include <fmt/core.h>
#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/failure.h"

namespace dobson::ctl {

// The whole text is parsed before a field is read: servers may send anything, and what reads on
// demand must stop for ever where simdjson first loses its place.
namespace dom = simdjson::dom;

// `parser` keeps the value.
inline simdjson::simdjson_result<dom::element> parse(dom::parser& parser, std::string_view text) {
  if (text.empty()) return simdjson::EMPTY;  // a view of nothing may point nowhere
  return parser.parse(text.data(), text.size());
}

inline Failure not_understood(simdjson::error_code error) {
  return {.reason = fmt::format("the server's answer is not understood ({}); is this a Dobson "
                                "server?",
                                simdjson::error_message(error))};
}

// `count`: of the objects that `use` has read.
template <class Each>
simdjson::error_code each_of(dom::array rows, const Each& use, std::size_t& count) {
  for (const dom::element element : rows) {
    dom::object row;
    if (const auto error = element.get(row)) return error;
    if (const auto error = use(row)) return error;
    ++count;
  }
  return simdjson::SUCCESS;
}

// Reads named fields, remembering the first failure: checked once, at the end.
class Fields {
 public:
  explicit Fields(dom::object object) : object_(object) {}

  // For `end_count` of a stream line: a field that decides which kind of line this is.
  bool has(std::string_view name) { return object_[name].error() == simdjson::SUCCESS; }

  std::string text(std::string_view name) {
    std::string_view value;
    note(object_[name].get(value));
    return std::string(value);
  }

  std::string text_or(std::string_view name, std::string_view when_null) {
    dom::element value;
    note(object_[name].get(value));
    if (error_ != simdjson::SUCCESS || value.is_null()) return std::string(when_null);
    std::string_view found;
    note(value.get(found));
    return std::string(found);
  }

  std::uint64_t number(std::string_view name) {
    std::uint64_t value = 0;
    note(object_[name].get(value));
    return value;
  }

  std::int64_t integer(std::string_view name) {
    std::int64_t value = 0;
    note(object_[name].get(value));
    return value;
  }

  bool flag(std::string_view name) {
    bool value = false;
    note(object_[name].get(value));
    return value;
  }

  // What some kinds of object have, as a T; nothing, too, where it is null or another type.
  template <class T>
  std::optional<T> if_there(std::string_view name) {
    T value{};
    return object_[name].get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
  }

  dom::object object(std::string_view name) {
    dom::object value;
    note(object_[name].get(value));
    return value;
  }

  // The fields of an object, by `use`.
  template <class Use>
  void read(std::string_view name, const Use& use) {
    Fields fields(object(name));
    if (error_ != simdjson::SUCCESS) return;
    use(fields);
    note(fields.error());
  }

  void texts(std::string_view name, std::vector<std::string>& values) {
    dom::array elements;
    note(object_[name].get(elements));
    if (error_ != simdjson::SUCCESS) return;
    for (const dom::element element : elements) {
      std::string_view value;
      note(element.get(value));
      values.emplace_back(value);
    }
  }

  void integers(std::string_view name, std::vector<std::int64_t>& values) {
    dom::array elements;
    note(object_[name].get(elements));
    if (error_ != simdjson::SUCCESS) return;
    for (const dom::element element : elements) note(element.get(values.emplace_back()));
  }

  template <class Each>
  std::size_t each(std::string_view name, const Each& use) {
    dom::array rows;
    note(object_[name].get(rows));
    std::size_t count = 0;
    if (error_ == simdjson::SUCCESS) note(each_of(rows, use, count));
    return count;
  }

  simdjson::error_code error() const { return error_; }

 private:
  void note(simdjson::error_code error) {
    if (error_ == simdjson::SUCCESS) error_ = error;
  }

  dom::object object_;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

// The whole body as one object, read by `use`.
template <class Value, class Use>
Try<Value> parse_object(std::string_view text, const Use& use) {
  dom::parser parser;
  dom::object object;
  if (const auto error = parse(parser, text).get(object)) return not_understood(error);
  Value value;
  if (const auto error = use(object, value)) return not_understood(error);
  return value;
}

}  // namespace dobson::ctl
