#pragma once

// The id of a multipart upload as clients know it: 16 hexadecimal digits in lower case.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "storage/model/ids.h"

namespace dobson {

inline std::string upload_text(storage::ObjectId id) {
  return fmt::format("{:016x}", id.value);
}

// 0, which no upload has, where the text is not as `upload_text` makes it.
inline storage::ObjectId upload_of(std::string_view text) {
  storage::ObjectId id;
  const char* const end = text.data() + text.size();
  const bool lower_case = std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'F'; });
  const bool read = std::from_chars(text.data(), end, id.value, 16).ptr == end;
  return text.size() == 16 && lower_case && read ? id : storage::ObjectId{};
}

}  // namespace dobson
