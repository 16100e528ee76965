#pragma once

// What a name must be to be stored at all. Families have stricter rules of their own
// (spec/ozone-rest.md §2.3); these keep rows within LMDB's bounds.

#include <string_view>

#include "core/base/limits.h"

namespace dobson::storage {

// Of a volume or a bucket.
constexpr bool is_legal_name(std::string_view name) {
  return name.size() >= limits::name_bytes_min && name.size() <= limits::name_bytes_max;
}

constexpr bool is_legal_key_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::key_name_bytes;
}

// Of an owner, a creator or an ACL; the last two may be empty.
constexpr bool is_legal_user(std::string_view user) {
  return user.size() <= limits::user_bytes && user.find('\0') == std::string_view::npos;
}

}  // namespace dobson::storage
