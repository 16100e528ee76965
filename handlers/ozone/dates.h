#pragma once

// Dates of requests (spec/ozone-rest.md §2.5); those of answers are `HttpDate`.

#include <optional>
#include <string_view>

#include "core/time/clock.h"

namespace dobson::ozone {

// A request's date in any of the accepted forms; nothing when it is in none.
std::optional<UnixMillis> parse_date(std::string_view text);

}  // namespace dobson::ozone
