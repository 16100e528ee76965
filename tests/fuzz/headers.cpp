// Range, digests, entity tags and conditions of requests for keys.

#include <array>

#include "core/base/assert.h"
#include "handlers/ozone/byte_range.h"
#include "handlers/ozone/conditions.h"
#include "handlers/ozone/content_md5.h"
#include "handlers/ozone/wire.h"
#include "tests/fuzz/support/input.h"
#include "tools/dobsonctl/digest.h"

namespace dobson::ozone {
namespace {

void check_range(std::string_view text, std::uint64_t size) {
  const ByteRange range = parse_range(text, size);
  switch (range.kind) {
    case ByteRange::Kind::whole:
      DOBSON_ASSERT(range.begin == 0 && range.length == size);
      break;
    case ByteRange::Kind::part:
      DOBSON_ASSERT(range.length > 0 && range.length <= size && range.begin <= size - range.length);
      break;
    case ByteRange::Kind::unsatisfiable:
      break;
  }
}

void check_digest(std::string_view text) {
  const auto md5 = parse_content_md5(text);
  if (!md5) return;
  const std::string hex = to_hex(*md5);
  DOBSON_ASSERT(parse_hex(hex) == *md5);
  DOBSON_ASSERT(parse_content_md5(ctl::content_md5(hex)) == *md5);
}

// `key` as the conditions of a read and of a write see it: what demands its tag is met by it.
void check_conditions(std::array<std::string_view, 4> values, const storage::KeyRecord& key) {
  static constexpr std::string_view names[] = {"If-Match", "If-None-Match", "If-Modified-Since",
                                               "If-Unmodified-Since"};
  std::vector<http::Header> headers;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty()) headers.push_back({names[i], values[i]});
  }
  http::Request request;
  request.headers = headers;
  request.method = http::Method::put;
  const auto condition = write_condition(request);
  const Verdict verdict = reading(request, key);
  if (values[0].empty() || !condition.ok()) return;
  DOBSON_ASSERT(condition->holds(&key) == (verdict != Verdict::refuse));
  DOBSON_ASSERT(!condition->holds(nullptr));
}

}  // namespace
}  // namespace dobson::ozone

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson;
  fuzz::Input input(data, size);
  storage::KeyRecord key;
  key.size = input.number<std::uint64_t>();
  key.modified = 1'700'000'000'000;
  const auto text = input.line();
  key.digest = ozone::parse_content_md5(text);
  key.parts = input.number<std::uint8_t>();
  ozone::check_range(text, key.size);
  ozone::check_digest(text);
  ozone::check_conditions({input.line(), input.line(), input.line(), input.rest()}, key);
  return 0;
}
