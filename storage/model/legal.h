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

// The first component of a name with its slash; a name without one is its own.
constexpr std::string_view first_component(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? path : path.substr(0, slash + 1);
}

// Of a key or directory in a FILE_SYSTEM_OPTIMIZED bucket: no component is empty, "." or "..".
constexpr bool is_normal_path(std::string_view path) {
  if (path.empty()) return false;
  while (!path.empty()) {
    std::string_view component = first_component(path);
    path.remove_prefix(component.size());
    if (component.ends_with('/')) component.remove_suffix(1);
    if (component.empty() || component == "." || component == "..") return false;
  }
  return true;
}

// Of an owner, a creator or an ACL; the last two may be empty.
constexpr bool is_legal_user(std::string_view user) {
  return user.size() <= limits::user_bytes && user.find('\0') == std::string_view::npos;
}

}  // namespace dobson::storage
