#pragma once

// Texts that people and servers read. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>

namespace dobson::ctl {

// Every byte but the unreserved characters of RFC 3986 and those of `keep` as %XX.
std::string percent_encode(std::string_view bytes, std::string_view keep = {});

// 1536 -> "1.5 KiB".
std::string human_size(double bytes);

// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t number);

// Milliseconds since 1970 -> "2019-03-05 09:07:01", in UTC; 0 and less: "never".
std::string utc_text(std::int64_t ms);

// 75 -> "1:15", 3675 -> "1:01:15".
std::string clock_text(double seconds);

// For a terminal or a report: control characters, and all bytes above 0x7F of a text that is not
// UTF-8, as \xHH. Others unchanged.
std::string printable(std::string_view name);

}  // namespace dobson::ctl
