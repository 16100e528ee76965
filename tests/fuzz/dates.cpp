// Dates of requests, any text; dates of answers come back as they were, to the second.

#include "handlers/ozone/dates.h"
#include "core/base/assert.h"
#include "core/time/http_date.h"
#include "tests/fuzz/support/input.h"

namespace dobson {
namespace {

constexpr UnixMillis year_10000 = 253'402'300'800'000;

void check_written(UnixMillis time) {
  if (time < 0 || time >= year_10000) return;  // HttpDate is of these years
  const HttpDate date(time);
  DOBSON_ASSERT(ozone::parse_date(date) == time / 1000 * 1000);
}

}  // namespace
}  // namespace dobson

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dobson::fuzz::Input input(data, size);
  dobson::check_written(input.number<dobson::UnixMillis>());
  if (const auto time = dobson::ozone::parse_date(input.rest())) dobson::check_written(*time);
  return 0;
}
