#pragma once

// Options, declared once: from a table of `Option` come the TOML file's keys, --set, --help, the
// example file and the checks. Flags go over the file, the file over the defaults.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace dobson {

enum class OptionType : std::uint8_t {
  text,
  list,  // in TOML a string or an array of strings; on the command line split at commas
  integer,
  bytes,     // "1 TiB", "64MiB", "4096"
  duration,  // "500 ms", "10 s", "7 d"; as a number, milliseconds
  flag,      // true, false
  choice,    // one of `choices`, separated by '|'
};

struct Option {
  std::string_view key;
  OptionType type;
  std::string_view fallback;  // as it would stand in --set
  std::string_view doc;
  std::string_view choices = {};
  std::int64_t min = 0;  // integer, bytes, duration
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::string_view alias = {};  // the upstream name, taken as well
  bool reloadable = false;      // by SIGHUP; others are read at start alone
};

class Options {
 public:
  // `sets` are "key=value". Errors name the key, the value and what would be right.
  static Result<Options> load(std::span<const Option> table,
                              const std::optional<std::filesystem::path>& file,
                              std::span<const std::string> sets);

  // Asking for a key of another type, or for one that is not in the table, is a programmer's error.
  const std::string& text(std::string_view key) const;
  const std::vector<std::string>& list(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  bool flag(std::string_view key) const;

  // Keys that `newer` changes although they are not reloadable.
  std::vector<std::string_view> fixed_changes(const Options& newer) const;

 private:
  explicit Options(std::span<const Option> table) : table_(table) {}
  const Option* find(std::string_view key) const;
  Status set(std::string_view key, std::vector<std::string> values, std::string_view where);
  Status load_file(const std::filesystem::path& file);

  std::span<const Option> table_;
  std::map<std::string_view, std::vector<std::string>> values_;  // checked
};

// The table as text for people and as an example file.
std::string describe(std::span<const Option> table);
std::string example_file(std::span<const Option> table);

}  // namespace dobson
