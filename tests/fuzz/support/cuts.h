#pragma once

// However a byte stream is cut, a parser sees the same messages, bodies and refusals.

#include "core/base/assert.h"
#include "tests/fuzz/support/input.h"
#include "tests/support/http_events.h"

namespace dobson::fuzz {

template <class Events>
void check_cuts(std::string_view text) {
  constexpr std::size_t slow_beyond = 200;  // a buffer that moves with each byte
  const auto whole = test::events_in<Events>(text);
  Events cut;
  for (const auto& piece : pieces_of(text)) cut.feed({piece.data(), piece.size()});
  DOBSON_ASSERT(cut.text() == whole);
  if (text.size() > slow_beyond) return;
  DOBSON_ASSERT(test::events_byte_by_byte<Events>(text) == whole);
}

}  // namespace dobson::fuzz
