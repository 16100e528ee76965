#include "storage/codec/value.h"

namespace dobson::storage {

void Decoder::read(std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint64_t bits = byte();
    value |= (bits & 0x7f) << shift;
    if (bits >= 0x80) continue;
    // The tenth byte has room for one bit, and no value ends in a byte that adds nothing.
    if ((shift == 63 && bits > 1) || (shift > 0 && bits == 0)) break;
    return;
  }
  value = 0;
  fail();
}

void Decoder::read(std::int64_t& value) {
  std::uint64_t zigzag = 0;
  read(zigzag);
  value = static_cast<std::int64_t>(zigzag >> 1 ^ (0 - (zigzag & 1)));
}

void Decoder::read(bool& value) {
  const std::uint8_t number = byte();
  if (number > 1) fail();
  value = number == 1;
}

void Decoder::read(std::string_view& value) {
  std::uint64_t size = 0;
  read(size);
  value = take(size);
}

void Decoder::read(std::string& value) {
  std::string_view view;
  read(view);
  value = view;
}

Error malformed() {
  return {Errc::corrupt, {}, "malformed record"};
}

Error newer_version(std::uint8_t version) {
  return {Errc::corrupt,
          {},
          "written by a newer Dobson: record version " + std::to_string(version) +
              ", known are versions up to " + std::to_string(record_version)};
}

}  // namespace dobson::storage
