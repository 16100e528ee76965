#include "core/time/http_date.h"

#include <chrono>
#include <cstring>

namespace dobson {

namespace {

void put_digits(char* to, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

// The name at `index` among names of three letters.
void put_name(char* to, const char* names, unsigned index) {
  std::memcpy(to, names + 3 * index, 3);
}

}  // namespace

HttpDate::HttpDate(UnixMillis time) {
  using namespace std::chrono;
  const sys_time<seconds> at{floor<seconds>(milliseconds{time})};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  char* const text = text_.data();
  std::memcpy(text, "Thu, 01 Jan 1970 00:00:00 GMT", text_.size());
  put_name(text, "SunMonTueWedThuFriSat", weekday{day}.c_encoding());
  put_digits(text + 5, static_cast<unsigned>(date.day()), 2);
  put_name(text + 8, "JanFebMarAprMayJunJulAugSepOctNovDec",
           static_cast<unsigned>(date.month()) - 1);
  put_digits(text + 12, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(text + 17, static_cast<unsigned>(clock.hours().count()), 2);
  put_digits(text + 20, static_cast<unsigned>(clock.minutes().count()), 2);
  put_digits(text + 23, static_cast<unsigned>(clock.seconds().count()), 2);
}

}  // namespace dobson
