#include "handlers/ozone/names.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"

namespace dobson::ozone {

namespace {

constexpr bool is_period_or_dash(char c) {
  return c == '.' || c == '-';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Characters, up to one more than the longest name has.
std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty() && count <= limits::name_bytes_max; ++count) {
    text.remove_prefix(first_character(text).length);
  }
  return count;
}

std::string unsupported_character(std::string_view text) {
  const Utf8Character character = first_character(text);
  return "Bucket or Volume name has an unsupported character : " +
         (character.valid ? std::string(text.substr(0, character.length))
                          : replace_invalid_utf8(text.substr(0, 1)));
}

}  // namespace

std::optional<std::string> check_resource_name(std::string_view name) {
  const auto characters = count_characters(name);
  if (characters < limits::name_bytes_min || characters > limits::name_bytes_max) {
    return "Bucket or Volume length is illegal, valid length is 3-63 characters";
  }
  if (is_period_or_dash(name.front())) {
    return "Bucket or Volume name cannot start with a period or dash";
  }
  if (is_period_or_dash(name.back())) {
    return "Bucket or Volume name cannot end with a period or dash";
  }
  bool numeric = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const char before = i == 0 ? '\0' : name[i - 1];
    // The original forgets the letters at both ends of the alphabet; its message is kept.
    if (c > 'A' && c < 'Z') return "Bucket or Volume name does not support uppercase characters";
    const bool letter = c >= 'a' && c <= 'z';
    if (!letter && !is_digit(c) && !is_period_or_dash(c)) {
      return unsupported_character(name.substr(i));
    }
    if (before == '.' && c == '.') {
      return "Bucket or Volume name should not have two contiguous periods";
    }
    if (before == '-' && c == '.') {
      return "Bucket or Volume name should not have period after dash";
    }
    if (before == '.' && c == '-') {
      return "Bucket or Volume name should not have dash after period";
    }
    numeric = numeric && (is_digit(c) || c == '.');
  }
  if (numeric) return "Bucket or Volume name cannot be an IPv4 address or all numeric";
  return std::nullopt;
}

Checked<void> check_volume_name(std::string_view name) {
  auto wrong = check_resource_name(name);
  return wrong ? Refused{Code::invalid_volume_name, std::move(*wrong)} : Checked<void>{};
}

Checked<void> check_bucket_name(std::string_view name) {
  auto wrong = check_resource_name(name);
  return wrong ? Refused{Code::invalid_bucket_name, std::move(*wrong)} : Checked<void>{};
}

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::key_name_bytes && name.find('\0') == name.npos &&
         is_utf8(name);
}

}  // namespace dobson::ozone
