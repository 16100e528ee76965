// The rows of a streamed listing: dobsonctl reads back what the server writes, and takes any other
// line, however the bytes are cut.

#include "tools/dobsonctl/listing.h"
#include "core/base/assert.h"
#include "core/base/utf8.h"
#include "handlers/ozone/wire.h"
#include "tests/fuzz/support/input.h"

namespace dobson {
namespace {

void check_row(fuzz::Input& input) {
  storage::Md5 md5;
  md5.fill(input.number<std::uint8_t>());
  const storage::KeyRow key{.name = input.text(),
                            .id = {},
                            .created = input.number<std::uint32_t>(),
                            .modified = input.number<std::uint32_t>(),
                            .size = input.number<std::uint64_t>(),
                            .version = input.number<std::uint64_t>(),
                            .digest = &md5,
                            .parts = md5[0] % 2u};
  std::string row;
  ozone::append_key(row, key, true);
  const auto line = ctl::parse_stream_line(row);
  DOBSON_ASSERT(line.ok() && !line->end_count);
  DOBSON_ASSERT(line->key.name == replace_invalid_utf8(key.name));
  DOBSON_ASSERT(line->key.size == key.size && line->key.version == key.version);
  DOBSON_ASSERT(line->key.md5 == (key.parts != 0 ? "" : ozone::to_hex(md5)));
}

// The lines and, of each that is understood, what it says.
std::string read(const std::vector<std::vector<char>>& pieces) {
  std::string text;
  ctl::LineSplitter lines;
  const auto use = [&text](std::string_view line) -> ctl::Try<void> {
    const auto parsed = ctl::parse_stream_line(line);
    text.append(line).append("\n");
    if (parsed.ok()) text.append(parsed->key.name).append("\n");
    return {};
  };
  for (const auto& piece : pieces) {
    DOBSON_ASSERT(lines.feed({piece.data(), piece.size()}, use).ok());
  }
  return text;
}

}  // namespace
}  // namespace dobson

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson;
  fuzz::Input input(data, size);
  check_row(input);
  const auto text = input.rest();
  DOBSON_ASSERT(read(fuzz::pieces_of(text)) == read({{text.begin(), text.end()}}));
  return 0;
}
