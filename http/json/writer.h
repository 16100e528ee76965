#pragma once

// JSON out. One text a thread: `JsonWriter::begin()` clears and returns it, `text()` is valid until
// the next begin. Strings are UTF-8 in, ASCII out (`\uXXXX`, spec/ozone-rest.md §2.7); bytes that
// are not UTF-8 come out as U+FFFD, so the text is always valid JSON.

#include <cstdint>
#include <string_view>

#define RAPIDJSON_SSE42
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace dobson::http {

class JsonWriter {
 public:
  static JsonWriter& begin();

  JsonWriter& object();
  JsonWriter& end_object();
  JsonWriter& array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  // Elements that are JSON already, with their commas.
  JsonWriter& raw_array(std::string_view elements);

  std::string_view text() const;

 private:
  using Base = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;
  struct Writer : Base {
    using Base::Base;
    using Base::Prefix;
  };

  JsonWriter() = default;
  JsonWriter& raw(rapidjson::Type type, char begin, std::string_view text, char end);

  rapidjson::StringBuffer buffer_;
  Writer writer_{buffer_};
};

}  // namespace dobson::http
