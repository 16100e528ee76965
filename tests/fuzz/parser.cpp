// What a client sends: the same however it is cut.

#include "tests/fuzz/support/cuts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dobson::fuzz::check_cuts<dobson::test::HttpEvents>(dobson::fuzz::Input(data, size).rest());
  return 0;
}
