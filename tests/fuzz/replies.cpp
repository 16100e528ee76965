// Replies as the load generator reads them: however they are cut, the same ones, then the same end.

#include <stdexcept>

#include "bench/load/reply_reader.h"
#include "core/base/assert.h"
#include "tests/fuzz/support/input.h"

namespace dobson {
namespace {

std::string read(const std::vector<std::vector<char>>& pieces) {
  std::string text;
  bench::ReplyReader reader;
  try {
    for (const auto& piece : pieces) {
      std::string_view bytes(piece.data(), piece.size());
      while (reader.read(bytes)) {
        const bench::Reply& reply = reader.reply();
        DOBSON_ASSERT(reply.body_end.size() <= reply.body_bytes);
        text.append(std::to_string(reply.status)).append(" ");
        text.append(std::to_string(reply.body_bytes)).append(" ").append(reply.body_end);
      }
      DOBSON_ASSERT(bytes.empty());
    }
  } catch (const std::runtime_error& error) {
    text.append("|").append(error.what());
  }
  return text;
}

}  // namespace
}  // namespace dobson

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = dobson::fuzz::Input(data, size).rest();
  DOBSON_ASSERT(dobson::read(dobson::fuzz::pieces_of(text)) ==
                dobson::read({{text.begin(), text.end()}}));
  return 0;
}
