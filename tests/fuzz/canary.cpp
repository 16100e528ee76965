// Reads one byte too many behind a word that must be found first: whoever drives the targets must
// find it, or would find nothing elsewhere.

#include <memory>

#include "tests/fuzz/support/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = dobson::fuzz::Input(data, size).rest();
  if (!text.starts_with("ozone")) return 0;
  const std::unique_ptr<char[]> copy(new char[size]);
  std::ranges::copy(text, copy.get());
  volatile std::size_t end = size;  // unknown to the compiler
  return copy[end] == 0 ? 0 : -1;
}
