#include "core/config/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace dobson {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr Unit byte_units[] = {
    {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}};
// A name that ends another one stands behind it.
constexpr Unit duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    pieces.emplace_back(trim(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  const auto unit =
      std::ranges::find_if(units, [&](const Unit& each) { return text.ends_with(each.name); });
  if (unit == units.end()) return parse_integer(text);
  const auto count = parse_integer(trim(text.substr(0, text.size() - unit->name.size())));
  if (!count || *count > std::numeric_limits<std::int64_t>::max() / unit->factor) {
    return std::nullopt;
  }
  return *count * unit->factor;
}

std::optional<std::int64_t> parse_number(const Option& option, std::string_view text) {
  switch (option.type) {
    case OptionType::bytes:
      return parse_with_unit(text, byte_units);
    case OptionType::duration:
      return parse_with_unit(text, duration_units);
    default:
      return parse_integer(text);
  }
}

std::string expectation(const Option& option) {
  switch (option.type) {
    case OptionType::text:
    case OptionType::list:
      return "a text";
    case OptionType::integer:
      return fmt::format("an integer from {} to {}", option.min, option.max);
    case OptionType::bytes:
      return fmt::format("a size like \"64 MiB\", at least {} bytes", option.min);
    case OptionType::duration:
      return "a time like \"500 ms\", \"10 s\", \"5 min\", \"7 d\"";
    case OptionType::flag:
      return "true or false";
    case OptionType::choice:
      return fmt::format("one of {}", option.choices);
  }
  return {};
}

bool is_right(const Option& option, const std::vector<std::string>& values) {
  if (option.type == OptionType::list) return true;
  if (values.size() != 1) return false;
  const std::string& value = values.front();
  switch (option.type) {
    case OptionType::integer:
    case OptionType::bytes:
    case OptionType::duration: {
      const auto number = parse_number(option, value);
      return number && *number >= option.min && *number <= option.max;
    }
    case OptionType::flag:
      return value == "true" || value == "false";
    case OptionType::choice:
      return std::ranges::count(split(option.choices, '|'), value) > 0;
    default:
      return true;
  }
}

std::vector<std::string> values_of_text(const Option& option, std::string_view text) {
  if (option.type == OptionType::list) return split(text, ',');
  return {std::string(text)};
}

std::string text_of_node(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  std::ostringstream text;
  node.visit([&text](const auto& value) { text << value; });
  return text.str();
}

std::vector<std::string> values_of_node(const toml::node& node) {
  const auto* array = node.as_array();
  if (array == nullptr) return {text_of_node(node)};
  std::vector<std::string> values;
  for (const toml::node& element : *array) values.push_back(text_of_node(element));
  return values;
}

// Tables of the file, flattened to dotted keys.
using Leaves = std::vector<std::pair<std::string, const toml::node*>>;
void collect(const toml::table& table, const std::string& prefix, Leaves& leaves) {
  for (const auto& [key, node] : table) {
    std::string path = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      collect(*inner, path + '.', leaves);
    } else {
      leaves.emplace_back(std::move(path), &node);
    }
  }
}

Error refused(std::string message) {
  return {Errc::invalid_argument, std::move(message)};
}

}  // namespace

Result<Options> Options::load(std::span<const Option> table,
                              const std::optional<std::filesystem::path>& file,
                              std::span<const std::string> sets) {
  Options options(table);
  for (const Option& option : table) {
    TRY(options.set(option.key, values_of_text(option, option.fallback), "the default"));
  }
  if (file) TRY(options.load_file(*file));
  for (const std::string& text : sets) {
    const auto equals = text.find('=');
    if (equals == text.npos) return refused(fmt::format("--set {}: write key=value", text));
    const std::string_view key = std::string_view(text).substr(0, equals);
    const Option* option = options.find(key);
    const auto value = std::string_view(text).substr(equals + 1);
    TRY(options.set(key,
                    option == nullptr ? std::vector<std::string>{} : values_of_text(*option, value),
                    "--set"));
  }
  return options;
}

const Option* Options::find(std::string_view key) const {
  for (const Option& option : table_) {
    if (option.key == key || (!option.alias.empty() && option.alias == key)) return &option;
  }
  return nullptr;
}

Status Options::set(std::string_view key, std::vector<std::string> values, std::string_view where) {
  const Option* option = find(key);
  if (option == nullptr) {
    return refused(fmt::format("{}: unknown option \"{}\"; dobsond --help lists them", where, key));
  }
  if (!is_right(*option, values)) {
    return refused(fmt::format("{}: {} = \"{}\": should be {}", where, key, fmt::join(values, ", "),
                               expectation(*option)));
  }
  values_[option->key] = std::move(values);
  return {};
}

Status Options::load_file(const std::filesystem::path& file) {
  const auto parsed = toml::parse_file(file.string());
  if (!parsed) {
    const auto& begin = parsed.error().source().begin;
    return refused(
        fmt::format("{}:{}: {}", file.string(), begin.line, parsed.error().description()));
  }
  Leaves leaves;
  collect(parsed.table(), {}, leaves);
  for (const auto& [key, node] : leaves) {
    TRY(set(key, values_of_node(*node), file.string()));
  }
  return {};
}

const std::vector<std::string>& Options::list(std::string_view key) const {
  const auto found = values_.find(key);
  DOBSON_ASSERT(found != values_.end());
  return found->second;
}

const std::string& Options::text(std::string_view key) const {
  return list(key).front();
}

std::int64_t Options::integer(std::string_view key) const {
  return *parse_number(*find(key), text(key));
}

bool Options::flag(std::string_view key) const {
  return text(key) == "true";
}

std::vector<std::string_view> Options::fixed_changes(const Options& newer) const {
  std::vector<std::string_view> keys;
  for (const Option& option : table_) {
    if (!option.reloadable && list(option.key) != newer.list(option.key)) {
      keys.push_back(option.key);
    }
  }
  return keys;
}

std::string describe(std::span<const Option> table) {
  std::string text;
  for (const Option& option : table) {
    text += fmt::format("  {} = {}\n      {}\n", option.key,
                        option.fallback.empty() ? "(none)" : option.fallback, option.doc);
    if (option.type != OptionType::text && option.type != OptionType::list) {
      text += fmt::format("      {}\n", expectation(option));
    }
    if (!option.alias.empty()) text += fmt::format("      also {}\n", option.alias);
    if (option.reloadable) text += "      read again at SIGHUP\n";
  }
  return text;
}

std::string example_file(std::span<const Option> table) {
  std::string text = "# dobsond --config FILE. Every line shows its default.\n";
  for (const Option& option : table) {
    const bool bare = option.type == OptionType::integer || option.type == OptionType::flag;
    text += fmt::format("\n# {}\n", option.doc);
    text += bare ? fmt::format("# {} = {}\n", option.key, option.fallback)
                 : fmt::format("# {} = \"{}\"\n", option.key, option.fallback);
  }
  return text;
}

}  // namespace dobson
