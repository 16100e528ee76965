#include "handlers/ozone/byte_range.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "handlers/common/text.h"

namespace dobson::ozone {

namespace {

// Numbers too large for 64 bits count as the largest: they are past any end.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  const bool digits =
      !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t size) {
  using Kind = ByteRange::Kind;
  const ByteRange whole{Kind::whole, 0, size};
  const auto unit = take_until(header, '=');
  if (!equal_names(trim(unit), "bytes")) return whole;
  const auto dash = header.find('-');
  if (dash == header.npos) return whole;
  const auto first_text = trim(header.substr(0, dash));
  const auto last_text = trim(header.substr(dash + 1));

  if (first_text.empty()) {
    const auto suffix = parse_position(last_text);
    if (!suffix) return whole;
    const std::uint64_t length = std::min(*suffix, size);
    return {length == 0 ? Kind::unsatisfiable : Kind::part, size - length, length};
  }
  const auto first = parse_position(first_text);
  const auto last = last_text.empty() ? std::optional(std::numeric_limits<std::uint64_t>::max())
                                      : parse_position(last_text);
  if (!first || !last || *last < *first) return whole;
  if (*first >= size) return {Kind::unsatisfiable, 0, 0};
  return {Kind::part, *first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace dobson::ozone
