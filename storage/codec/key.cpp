#include "storage/codec/key.h"

#include <bit>
#include <utility>

namespace dobson::storage {

namespace {

constexpr char escaped = '\xff';
constexpr char ended = '\x00';

}  // namespace

std::array<char, 8> big_endian(std::uint64_t value) {
  return std::bit_cast<std::array<char, 8>>(__builtin_bswap64(value));
}

void KeyEncoder::write(std::string_view value, bool last) {
  if (last) {
    out_.append(value);
    return;
  }
  for (const char c : value) {
    out_.append({&c, 1});
    if (c == '\x00') out_.append({&escaped, 1});
  }
  out_.append({"\x00\x00", 2});
}

void KeyDecoder::read(std::string& value, bool last) {
  value.clear();
  if (last) {
    value = std::exchange(bytes_, {});
    return;
  }
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (bytes_[i] != '\x00') {
      value.push_back(bytes_[i]);
      continue;
    }
    ++i;
    if (i < bytes_.size() && bytes_[i] == ended) {
      bytes_.remove_prefix(i + 1);
      return;
    }
    if (i >= bytes_.size() || bytes_[i] != escaped) break;
    value.push_back('\x00');
  }
  ok_ = false;
}

void KeyDecoder::read(std::string_view& value, bool last) {
  DOBSON_ASSERT(last);
  value = std::exchange(bytes_, {});
}

}  // namespace dobson::storage
