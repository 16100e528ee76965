#include "handlers/ozone/quota.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "handlers/common/text.h"

namespace dobson::ozone {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
// Largest first: a reply takes the first that divides the quota.
constexpr Unit units[] = {{"TB", 1ULL << 40}, {"GB", 1ULL << 30}, {"MB", 1ULL << 20}, {"BYTES", 1}};

constexpr std::string_view removal = "REMOVE";

constexpr char upper_case(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}

std::string normalised(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (!is_blank(c)) kept += upper_case(c);
  }
  return kept;
}

Refused malformed(std::string message) {
  return {Code::malformed_quota, std::move(message)};
}

Checked<std::uint64_t> parse_normalised(std::string_view text) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    const auto digits = text.substr(0, text.size() - unit.name.size());
    const auto bad = [&] { return malformed("For input string: \"" + std::string(digits) + '"'); };

    auto number = digits;
    if (number.starts_with('+')) number.remove_prefix(1);
    if (number.size() < digits.size() && number.starts_with('-')) return bad();
    std::int64_t size = 0;
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, size);
    if (error != std::errc{} || stop != end) return bad();
    if (size < 0) return malformed("Quota cannot be negative.");

    const auto count = static_cast<std::uint64_t>(size);
    if (count > std::numeric_limits<std::int64_t>::max() / unit.bytes) return bad();
    return count * unit.bytes;
  }
  return malformed("Quota unit not recognized. Supported values are BYTES, MB, GB and TB.");
}

}  // namespace

Checked<std::uint64_t> parse_quota(std::string_view text) {
  if (text.empty()) return malformed("Quota string cannot be null or empty.");
  const std::string quota = normalised(text);
  if (quota == removal) return malformed("Remove is invalid in this context.");
  return parse_normalised(quota);
}

Checked<Quota> parse_quota_update(std::string_view text) {
  if (normalised(text) == removal) return Quota{};
  return Quota{TRY(parse_quota(text))};
}

WireQuota to_wire(const Quota& quota) {
  constexpr WireQuota none{"TB", 1048576};
  if (!quota) return none;
  const auto divides = [&](const Unit& unit) { return *quota % unit.bytes == 0; };
  const Unit& unit = *std::ranges::find_if(units, divides);
  return {unit.name, *quota / unit.bytes};
}

}  // namespace dobson::ozone
