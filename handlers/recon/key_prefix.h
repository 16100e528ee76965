#pragma once

// `startPrefix` of the key windows (spec/recon.md §4.8, §5.2).

#include <optional>
#include <string>
#include <string_view>

namespace dobson::recon {

inline constexpr std::string_view shallow_prefix =
    "Invalid startPrefix: Path must be at the bucket level or deeper.";

// Of a cursor whose place is not known any more.
inline constexpr std::string_view lost_cursor = "prevKey is of a directory that is gone";

// Volume and bucket; slashes before them, and more than one, do not count. Behind the slash that
// ends the bucket's name, the rest as it was sent.
struct KeyPrefix {
  std::string_view volume;
  std::string_view bucket;
  std::string_view rest;
};

// Nothing: there are no two components.
std::optional<KeyPrefix> key_prefix_of(std::string_view text);

// What is wrong with the names, for people.
std::optional<std::string_view> why_illegal(const KeyPrefix& prefix);

// The rest of a prefix as a path: one slash between components, none at the ends.
std::string tidy_path(std::string_view rest);

}  // namespace dobson::recon
