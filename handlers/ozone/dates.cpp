#include "handlers/ozone/dates.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>

#include "handlers/common/text.h"

namespace dobson::ozone {

namespace {

using namespace std::chrono;

constexpr std::string_view weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                         "thursday", "friday", "saturday"};
constexpr std::string_view months[] = {"january",   "february", "march",    "april",
                                       "may",       "june",     "july",     "august",
                                       "september", "october",  "november", "december"};

// Where `word` stands among `names`, in full or by its first three letters, in any case.
std::optional<unsigned> find_name(std::span<const std::string_view> names, std::string_view word) {
  for (unsigned i = 0; i < names.size(); ++i) {
    if (equal_names(word, names[i]) || equal_names(word, names[i].substr(0, 3))) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<unsigned> parse_digits(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least || text.size() > most) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

// RFC 7231 §7.1.1.1 for two digits: up to 50 years ahead is this century; fixed, as dates are never
// compared with the clock.
std::optional<int> parse_year(std::string_view text) {
  const auto year = parse_digits(text, 2, 4);
  if (!year || text.size() == 3) return std::nullopt;
  if (text.size() == 4) return static_cast<int>(*year);
  return static_cast<int>(*year < 70 ? 2000 + *year : 1900 + *year);
}

struct TimeOfDay {
  unsigned hour, minute, second;
};

std::optional<TimeOfDay> parse_time(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = parse_digits(text.substr(0, 2), 2, 2);
  const auto minute = parse_digits(text.substr(3, 2), 2, 2);
  const auto second = parse_digits(text.substr(6, 2), 2, 2);
  if (!hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return TimeOfDay{*hour, *minute, *second};
}

bool is_zero_offset(std::string_view zone) {
  constexpr std::string_view zones[] = {"gmt", "utc", "ut", "z", "+0000", "-0000"};
  return std::ranges::any_of(zones, [&](auto name) { return equal_names(zone, name); });
}

std::optional<UnixMillis> to_time(std::string_view day, std::string_view month,
                                  std::string_view year, std::string_view time) {
  const auto d = parse_digits(day, 1, 2);
  const auto m = find_name(months, month);
  const auto y = parse_year(year);
  const auto t = parse_time(time);
  if (!d || !m || !y || !t) return std::nullopt;
  const year_month_day date{std::chrono::year{*y}, std::chrono::month{*m + 1},
                            std::chrono::day{*d}};
  if (!date.ok()) return std::nullopt;
  const auto since_epoch =
      sys_days{date}.time_since_epoch() + hours{t->hour} + minutes{t->minute} + seconds{t->second};
  return duration_cast<milliseconds>(since_epoch).count();
}

// Words between blanks; a comma belongs to the word before it. More than six are in no form.
struct Words {
  std::array<std::string_view, 7> at;
  std::size_t count = 0;

  explicit Words(std::string_view text) {
    while (count < at.size()) {
      const auto begin = text.find_first_not_of(' ');
      if (begin == text.npos) return;
      text.remove_prefix(begin);
      at[count++] = text.substr(0, text.find(' '));
      text.remove_prefix(at[count - 1].size());
    }
  }
};

bool take_comma(std::string_view& word) {
  if (!word.ends_with(',')) return false;
  word.remove_suffix(1);
  return true;
}

// "06-Nov-94"
std::optional<UnixMillis> parse_rfc850(std::string_view date, std::string_view time) {
  const auto first = date.find('-');
  const auto second = first == date.npos ? first : date.find('-', first + 1);
  if (second == date.npos) return std::nullopt;
  return to_time(date.substr(0, first), date.substr(first + 1, second - first - 1),
                 date.substr(second + 1), time);
}

std::optional<UnixMillis> parse_fresh(std::string_view text) {
  Words words(text);
  auto& at = words.at;
  if (words.count < 4) return std::nullopt;
  const bool comma = take_comma(at[0]);
  if (!find_name(weekdays, at[0])) return std::nullopt;
  if (!comma) {  // Sun Nov  6 08:49:37 1994
    return words.count == 5 ? to_time(at[2], at[1], at[4], at[3]) : std::nullopt;
  }
  if (!is_zero_offset(at[words.count - 1])) return std::nullopt;
  if (words.count == 4) return parse_rfc850(at[1], at[2]);
  if (words.count != 6) return std::nullopt;
  if (take_comma(at[2])) return to_time(at[2], at[1], at[3], at[4]);  // Mon, Apr 4, 2016 …
  return to_time(at[1], at[2], at[3], at[4]);
}

}  // namespace

// All requests of a second bring the same text.
std::optional<UnixMillis> parse_date(std::string_view text) {
  thread_local struct {
    std::string text;
    std::optional<UnixMillis> time;
  } last;
  if (last.text != text) {
    last = {};
    last.time = parse_fresh(text);
    last.text = text;
  }
  return last.time;
}

}  // namespace dobson::ozone
