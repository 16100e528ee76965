#include "http/json/writer.h"

#include "core/base/utf8.h"

namespace dobson::http {

namespace {
// A large answer must not keep its memory with every thread for ever.
constexpr std::size_t kept_bytes = 1 << 20;
}  // namespace

JsonWriter& JsonWriter::begin() {
  thread_local JsonWriter json;
  const bool large = json.buffer_.GetSize() > kept_bytes;
  json.buffer_.Clear();
  if (large) json.buffer_.ShrinkToFit();
  json.writer_.Reset(json.buffer_);
  return json;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  const auto put = [this](std::string_view valid) {
    writer_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  };
  if (is_utf8(text)) {
    put(text);
  } else {
    put(replace_invalid_utf8(text));
  }
  return *this;
}

}  // namespace dobson::http
