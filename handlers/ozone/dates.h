#pragma once

// Dates on the wire (spec/ozone-rest.md §2.5).

#include <array>
#include <optional>
#include <string_view>

#include "core/time/clock.h"

namespace dobson::ozone {

// "Tue, 05 Mar 2019 09:07:01 GMT", seconds truncated.
class WireDate {
 public:
  explicit WireDate(UnixMillis time);
  operator std::string_view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 29> text_;
};

// A request's date in any of the accepted forms; nothing when it is in none.
std::optional<UnixMillis> parse_date(std::string_view text);

}  // namespace dobson::ozone
