// Whatever strings are written, the text is ASCII, another parser takes it, and they come back: as
// they were, or with U+FFFD for what was not UTF-8.

#include <simdjson.h>

#include "core/base/ascii.h"
#include "core/base/assert.h"
#include "core/base/utf8.h"
#include "http/json/writer.h"
#include "tests/fuzz/support/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson;
  static auto& parser = *new simdjson::dom::parser;
  fuzz::Input input(data, size);
  std::vector<std::string_view> strings;
  std::vector<std::uint64_t> numbers;
  auto& json = http::JsonWriter::begin();
  json.array();
  while (!input.empty()) {
    strings.push_back(input.text());
    numbers.push_back(input.number<std::uint64_t>());
    json.object().key(strings.back()).string(strings.back()).end_object();
    json.number(numbers.back()).integer(static_cast<std::int64_t>(numbers.back()));
  }
  json.end_array();
  const std::string_view text = json.text();
  DOBSON_ASSERT(std::ranges::all_of(text, [](char c) { return c >= ' '; }));

  simdjson::dom::array rows;
  DOBSON_ASSERT(parser.parse(text.data(), text.size()).get(rows) == simdjson::SUCCESS);
  DOBSON_ASSERT(rows.size() == 3 * strings.size());
  auto row = rows.begin();
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const std::string expected = replace_invalid_utf8(strings[i]);
    const auto field = *(*row).get_object().value_unsafe().begin();
    DOBSON_ASSERT(field.key == expected && field.value.get_string().value_unsafe() == expected);
    ++row;
    DOBSON_ASSERT((*row).get_uint64().value_unsafe() == numbers[i]);
    ++row;
    const auto is = (*row).get_int64().value_unsafe();
    DOBSON_ASSERT(is == static_cast<std::int64_t>(numbers[i]));
    ++row;
  }
  return 0;
}
