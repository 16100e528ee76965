#include "handlers/recon/key_prefix.h"

#include <algorithm>

#include "core/base/limits.h"
#include "handlers/common/text.h"

namespace dobson::recon {

namespace {

void drop_slashes(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_period_or_dash(char c) {
  return c == '.' || c == '-';
}

std::optional<std::string_view> why_illegal(std::string_view name) {
  if (name.size() < limits::name_bytes_min || name.size() > limits::name_bytes_max) {
    return "Invalid argument: Bucket or Volume name length should be between 3 and 63";
  }
  if (!std::ranges::all_of(name, is_letter)) {
    return "Invalid argument: Bucket or Volume name has a character that is not allowed";
  }
  if (is_period_or_dash(name.front()) || is_period_or_dash(name.back())) {
    return "Invalid argument: Bucket or Volume name begins or ends with a period or dash";
  }
  return std::nullopt;
}

}  // namespace

std::optional<KeyPrefix> key_prefix_of(std::string_view text) {
  drop_slashes(text);
  const auto volume = take_until(text, '/');
  drop_slashes(text);
  const auto bucket = take_until(text, '/');
  if (bucket.empty()) return std::nullopt;
  return KeyPrefix{volume, bucket, text};
}

std::optional<std::string_view> why_illegal(const KeyPrefix& prefix) {
  const auto why = why_illegal(prefix.volume);
  return why ? why : why_illegal(prefix.bucket);
}

std::string tidy_path(std::string_view rest) {
  std::string path;
  for (drop_slashes(rest); !rest.empty(); drop_slashes(rest)) {
    if (!path.empty()) path.push_back('/');
    path.append(take_until(rest, '/'));
  }
  return path;
}

}  // namespace dobson::recon
