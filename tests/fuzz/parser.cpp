// However a byte stream is cut, the parser sees the same requests, bodies and refusals.

#include "core/base/assert.h"
#include "tests/fuzz/support/input.h"
#include "tests/support/http_events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t slow_beyond = 200;  // a buffer that moves with each byte
  const auto text = dobson::fuzz::Input(data, size).rest();
  const auto whole = dobson::test::events_of(text);
  dobson::test::HttpEvents cut;
  for (const auto& piece : dobson::fuzz::pieces_of(text)) cut.feed({piece.data(), piece.size()});
  DOBSON_ASSERT(cut.text() == whole);
  if (size > slow_beyond) return 0;
  dobson::test::HttpEvents single;
  for (const char& byte : text) single.feed({&byte, 1});
  DOBSON_ASSERT(single.text() == whole);
  return 0;
}
