#include "http/json/writer.h"

#include "core/base/ascii.h"
#include "core/base/utf8.h"

namespace dobson::http {

namespace {

// A large answer must not keep its memory with every thread for ever.
constexpr std::size_t kept_bytes = 1 << 20;

rapidjson::SizeType size_of(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

JsonWriter& JsonWriter::begin() {
  thread_local JsonWriter json;
  const bool large = json.buffer_.GetSize() > kept_bytes;
  json.buffer_.Clear();
  if (large) json.buffer_.ShrinkToFit();
  json.writer_.Reset(json.buffer_);
  return json;
}

JsonWriter& JsonWriter::object() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::array() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  return string(name);
}

JsonWriter& JsonWriter::string(std::string_view text) {
  if (is_plain(text)) return raw(rapidjson::kStringType, '"', text, '"');
  if (is_utf8(text)) {
    writer_.String(text.data(), size_of(text));
  } else {
    const std::string valid = replace_invalid_utf8(text);
    writer_.String(valid.data(), size_of(valid));
  }
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  writer_.Int64(value);
  return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t value) {
  writer_.Uint64(value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::null() {
  writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::raw_array(std::string_view elements) {
  return raw(rapidjson::kArrayType, '[', elements, ']');
}

JsonWriter& JsonWriter::raw(rapidjson::Type type, char begin, std::string_view text, char end) {
  writer_.Prefix(type);
  char* const place = buffer_.Push(text.size() + 2);
  *place = begin;
  place[1 + text.copy(place + 1, text.size())] = end;
  return *this;
}

std::string_view JsonWriter::text() const {
  return {buffer_.GetString(), buffer_.GetSize()};
}

}  // namespace dobson::http
