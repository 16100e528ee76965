#pragma once

// Keys of rows, whose byte order is the order of their fields, one after the other: integers and
// ids big-endian; an enumerator one byte; a string raw when it is the last field, else each 0x00 in
// it as 0x00 0xFF and 0x00 0x00 at its end. No length prefix: it would sort by length first.

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/base/strong.h"
#include "storage/codec/fields.h"

namespace dobson::storage {

// An encoded key, on the stack.
class KeyBytes {
 public:
  void append(std::string_view bytes) {
    DOBSON_ASSERT(bytes.size() <= bytes_.size() - size_);
    bytes.copy(bytes_.data() + size_, bytes.size());
    size_ += bytes.size();
  }
  operator std::string_view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, limits::row_key_bytes> bytes_;
  std::size_t size_ = 0;
};

std::array<char, 8> big_endian(std::uint64_t value);

class KeyEncoder {
 public:
  explicit KeyEncoder(KeyBytes& out) : out_(out) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    std::size_t place = 0;
    (write(fields, ++place == sizeof...(Fields)), ...);
  }

 private:
  void write(std::uint64_t value, bool) {
    const auto bytes = big_endian(value);
    out_.append({bytes.data(), bytes.size()});
  }
  void write(std::string_view value, bool last);
  template <class Tag>
  void write(StrongId<Tag> id, bool last) {
    write(id.value, last);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void write(Enum value, bool) {
    const char byte = static_cast<char>(value);
    out_.append({&byte, 1});
  }

  KeyBytes& out_;
};

class KeyDecoder {
 public:
  explicit KeyDecoder(std::string_view bytes) : bytes_(bytes) {}

  // Everything was there, and nothing more.
  bool done() const { return ok_ && bytes_.empty(); }

  template <class... Fields>
  void operator()(Fields&... fields) {
    std::size_t place = 0;
    (read(fields, ++place == sizeof...(Fields)), ...);
  }

 private:
  void read(std::uint64_t& value, bool) {
    value = 0;
    ok_ = ok_ && bytes_.size() >= sizeof(value);
    if (!ok_) return;
    std::memcpy(&value, bytes_.data(), sizeof(value));
    value = __builtin_bswap64(value);
    bytes_.remove_prefix(sizeof(value));
  }
  void read(std::string& value, bool last);
  // A view into the bytes that are decoded; only the last field.
  void read(std::string_view& value, bool last);
  template <class Tag>
  void read(StrongId<Tag>& id, bool last) {
    read(id.value, last);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void read(Enum& value, bool) {
    ok_ = ok_ && !bytes_.empty() &&
          static_cast<std::uint8_t>(bytes_[0]) <= static_cast<std::uint8_t>(last_enumerator<Enum>);
    value = ok_ ? static_cast<Enum>(bytes_[0]) : Enum{};
    bytes_.remove_prefix(bytes_.empty() ? 0 : 1);
  }

  std::string_view bytes_;
  bool ok_ = true;
};

template <class Key>
KeyBytes encode_key(const Key& key) {
  KeyBytes bytes;
  KeyEncoder encoder(bytes);
  fields(encoder, key);
  return bytes;
}

template <class Key>
std::optional<Key> decode_key(std::string_view bytes) {
  KeyDecoder decoder(bytes);
  Key key{};
  fields(decoder, key);
  if (!decoder.done()) return std::nullopt;
  return key;
}

}  // namespace dobson::storage
