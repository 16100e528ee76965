// Percent- and form-decoding, queries, and the paths that dobsonctl requests: what is decoded
// encodes to the same, and the ways to look at one text agree.

#include "http/message/url.h"
#include "core/base/assert.h"
#include "core/base/utf8.h"
#include "http/route/query.h"
#include "tests/fuzz/support/input.h"
#include "tools/dobsonctl/path.h"
#include "tools/dobsonctl/text.h"

namespace dobson {
namespace {

void check_decoding(std::string_view text, std::string_view other) {
  std::pmr::monotonic_buffer_resource memory;
  if (const auto decoded = http::percent_decode(text, memory)) {
    const std::string encoded = ctl::percent_encode(*decoded);
    DOBSON_ASSERT(http::percent_decode(encoded, memory) == *decoded);
  }
  const auto form = http::form_decode(text, memory);
  DOBSON_ASSERT(http::form_equals(text, other) == (form == other));
  if (form) DOBSON_ASSERT(http::form_equals(ctl::percent_encode(*form), *form));
}

void check_query(std::string_view text, std::string_view name) {
  std::pmr::monotonic_buffer_resource memory;
  http::Query query(memory);
  if (!query.parse(text) || name.empty()) return;
  const auto* found = query.find(name);
  const auto value = http::query_value(text, name);
  DOBSON_ASSERT(value.has_value() == (found != nullptr));
  if (found != nullptr) DOBSON_ASSERT(*value == *found && is_utf8(*found));
}

void check_path(std::string_view text) {
  const auto path = ctl::parse_path(text);
  if (!path.ok()) return;
  std::pmr::monotonic_buffer_resource memory;
  const std::string target = path->target();
  DOBSON_ASSERT(http::percent_decode(target, memory) == path->text());
  const auto again = ctl::parse_path(path->text());
  DOBSON_ASSERT(again.ok() && again->target() == target);
}

}  // namespace
}  // namespace dobson

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dobson::fuzz::Input input(data, size);
  const auto other = input.line();
  const auto text = input.rest();
  dobson::check_decoding(text, other);
  dobson::check_query(text, other);
  dobson::check_path(text);
  return 0;
}
