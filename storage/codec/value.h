#pragma once

// Values of rows, and commands.
//
//   record    = version field*             version: one byte, of this record's format
//   tagged    = tag record                 tag: one byte, the alternative's place in its variant
//   field     = integer                    LEB128; signed ones zigzag; ids like integers
//             | fixed integer              8 bytes, little-endian
//             | boolean or enumerator      one byte
//             | string                     length (LEB128), bytes
//             | digest                     its bytes
//             | optional                   0, or 1 and the field
//             | vector                     count (LEB128), fields
//             | histogram                  count of bins that are not 0; of each its number and
//                                          its count, ascending
//             | struct                     its fields
//
// Decoding takes any bytes: what is short, long, out of range or of a newer version is an error
// (corrupt).

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/strong.h"
#include "storage/codec/fields.h"

namespace dobson::storage {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint8_t record_version = 1;

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (write(fields), ...);
  }

 private:
  void write(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void write(std::int64_t value) {
    write(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  template <class Integer>
  void write(Fixed<Integer> fixed) {
    out_.append(reinterpret_cast<const char*>(&fixed.value), sizeof(fixed.value));
  }
  void write(bool value) { byte(value ? 1 : 0); }
  void write(std::string_view value) {
    write(static_cast<std::uint64_t>(value.size()));
    out_.append(value);
  }
  void write(const std::string& value) { write(std::string_view(value)); }

  template <class Tag>
  void write(StrongId<Tag> id) {
    write(id.value);
  }
  template <std::size_t size>
  void write(const std::array<std::uint8_t, size>& digest) {
    out_.append(reinterpret_cast<const char*>(digest.data()), size);
  }
  template <std::size_t bins>
  void write(const std::array<std::uint64_t, bins>& histogram) {
    std::uint64_t used = 0;
    for (const std::uint64_t count : histogram) used += count != 0;
    write(used);
    for (std::size_t bin = 0; bin < bins; ++bin) {
      if (histogram[bin] == 0) continue;
      write(static_cast<std::uint64_t>(bin));
      write(histogram[bin]);
    }
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value.has_value()) write(*value);
  }
  template <class T>
  void write(const std::vector<T>& values) {
    write(static_cast<std::uint64_t>(values.size()));
    for (const T& value : values) write(value);
  }
  template <class T>
  void write(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      byte(static_cast<std::uint8_t>(value));
    } else {
      fields(*this, value);
    }
  }

  std::string& out_;
};

// After the first thing that is wrong everything reads as zero; `ok` tells.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

  std::uint8_t byte() {
    const std::string_view taken = take(1);
    return ok_ ? static_cast<std::uint8_t>(taken[0]) : 0;
  }

  template <class... Fields>
  void operator()(Fields&&... fields) {
    (read(fields), ...);
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) return fail();
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view fail() {
    ok_ = false;
    bytes_ = {};
    return {};
  }

  void read(std::uint64_t& value);
  void read(std::int64_t& value);
  template <class Integer>
  void read(Fixed<Integer> fixed) {
    const std::string_view bytes = take(sizeof(fixed.value));
    fixed.value = 0;
    if (ok_) std::memcpy(&fixed.value, bytes.data(), sizeof(fixed.value));
  }
  void read(bool& value);
  void read(std::string& value);
  // Views into the bytes that are decoded.
  void read(std::string_view& value);
  template <std::size_t size>
  void read(const std::array<std::uint8_t, size>*& digest) {
    bool present = false;
    read(present);
    digest = nullptr;
    if (!present) return;
    const std::string_view bytes = take(size);
    if (ok_) digest = reinterpret_cast<const std::array<std::uint8_t, size>*>(bytes.data());
  }

  template <class Tag>
  void read(StrongId<Tag>& id) {
    read(id.value);
  }
  template <std::size_t size>
  void read(std::array<std::uint8_t, size>& digest) {
    take(size).copy(reinterpret_cast<char*>(digest.data()), size);
  }
  template <std::size_t bins>
  void read(std::array<std::uint64_t, bins>& histogram) {
    histogram.fill(0);
    std::uint64_t used = 0;
    read(used);
    for (std::uint64_t least = 0; used > 0 && ok_; --used) {
      std::uint64_t bin = 0;
      read(bin);
      if (bin < least || bin >= bins) {
        fail();
        return;
      }
      read(histogram[bin]);
      if (histogram[bin] == 0) fail();
      least = bin + 1;
    }
  }
  template <class T>
  void read(std::optional<T>& value) {
    bool present = false;
    read(present);
    if (present) {
      read(value.emplace());
    } else {
      value.reset();
    }
  }
  template <class T>
  void read(std::vector<T>& values) {
    std::uint64_t count = 0;
    read(count);
    values.clear();
    // Nothing is smaller than a byte, so a count that cannot be true reserves no memory.
    if (count > bytes_.size()) {
      fail();
      return;
    }
    for (; count > 0 && ok_; --count) read(values.emplace_back());
  }
  template <class T>
  void read(T& value) {
    if constexpr (std::is_enum_v<T>) {
      const std::uint8_t number = byte();
      if (number > static_cast<std::uint8_t>(last_enumerator<T>)) fail();
      value = ok_ ? static_cast<T>(number) : T{};
    } else {
      fields(*this, value);
    }
  }

  std::string_view bytes_;
  bool ok_ = true;
};

Error malformed();
Error newer_version(std::uint8_t version);

// Appends `record` to `out`.
template <class Record>
void encode(const Record& record, std::string& out) {
  Encoder encoder(out);
  encoder.byte(record_version);
  fields(encoder, record);
}

// Into `record`, whose fields may be only the first ones of what was encoded: a view of the front.
template <class Record>
Status decode_front(Decoder& decoder, Record& record) {
  const std::uint8_t version = decoder.byte();
  if (version > record_version) return newer_version(version);
  fields(decoder, record);
  if (!decoder.ok() || version == 0) return malformed();
  return {};
}

template <class Record>
struct DecodeAs {
  static Result<Record> from(Decoder& decoder) {
    Record record{};
    TRY(decode_front(decoder, record));
    return record;
  }
};

template <class... Records>
struct DecodeAs<std::variant<Records...>> {
  using Tagged = std::variant<Records...>;

  static Result<Tagged> from(Decoder& decoder) {
    using Decode = Result<Tagged> (*)(Decoder&);
    static constexpr Decode by_tag[] = {&alternative<Records>...};
    const std::uint8_t tag = decoder.byte();
    if (tag >= sizeof...(Records)) return malformed();
    return by_tag[tag](decoder);
  }

 private:
  template <class Record>
  static Result<Tagged> alternative(Decoder& decoder) {
    return Tagged(TRY(DecodeAs<Record>::from(decoder)));
  }
};

// A record, or a variant of records behind its tag.
template <class T>
Result<T> decode(std::string_view bytes) {
  Decoder decoder(bytes);
  Result<T> value = DecodeAs<T>::from(decoder);
  if (value.ok() && !decoder.at_end()) return malformed();
  return value;
}

template <class Record, class Tagged>
struct TagOf;

// The tag of `Record` in a variant.
template <class Record, class... Records>
struct TagOf<Record, std::variant<Records...>> {
  static constexpr std::uint8_t value = [] {
    std::uint8_t tag = 0;
    (void)((std::is_same_v<Record, Records> || (++tag, false)) || ...);
    return tag;
  }();
  static_assert(value < sizeof...(Records));
};

// Appends `record` as the alternative of `Tagged` that it is.
template <class Tagged, class Record>
void encode_as(const Record& record, std::string& out) {
  Encoder(out).byte(TagOf<Record, Tagged>::value);
  encode(record, out);
}

template <class... Records>
void encode(const std::variant<Records...>& tagged, std::string& out) {
  std::visit([&out](const auto& record) { encode_as<std::variant<Records...>>(record, out); },
             tagged);
}

}  // namespace dobson::storage
