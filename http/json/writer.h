#pragma once

// JSON out. One text a thread: `JsonWriter::begin()` clears and returns it, `text()` is valid until
// the next begin. Strings are UTF-8 in, ASCII out (`\uXXXX`, spec/ozone-rest.md §2.7); bytes that are
// not UTF-8 come out as U+FFFD, so the text is always valid JSON.

#include <cstdint>
#include <string_view>

#define RAPIDJSON_SSE42
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace dobson::http {

class JsonWriter {
 public:
  static JsonWriter& begin();

  JsonWriter& object() { return writer_.StartObject(), *this; }
  JsonWriter& end_object() { return writer_.EndObject(), *this; }
  JsonWriter& array() { return writer_.StartArray(), *this; }
  JsonWriter& end_array() { return writer_.EndArray(), *this; }
  JsonWriter& key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
  }
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value) { return writer_.Int64(value), *this; }
  JsonWriter& number(std::uint64_t value) { return writer_.Uint64(value), *this; }
  JsonWriter& boolean(bool value) { return writer_.Bool(value), *this; }
  JsonWriter& null() { return writer_.Null(), *this; }

  std::string_view text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  using Writer =
      rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

  JsonWriter() = default;

  rapidjson::StringBuffer buffer_;
  Writer writer_{buffer_};
};

}  // namespace dobson::http
