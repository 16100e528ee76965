#pragma once

// One row of a long listing as JSON, put together by hand: there may be millions. The caller writes
// what stands between the values. More than `most` bytes end the process.

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>

#include "core/base/ascii.h"
#include "core/base/assert.h"
#include "http/json/writer.h"

namespace dobson::http {

template <std::size_t most>
class RowText {
 public:
  // What stands between two values: less than `between` bytes in all.
  template <std::size_t size>
  RowText& text(const char (&literal)[size]) {
    static_assert(size < between);
    return copy({literal, size - 1});
  }
  RowText& text(std::string_view text) {
    check_room(text.size());
    return copy(text);
  }
  RowText& number(std::integral auto value) {
    constexpr std::size_t digits = 20;
    check_room(digits);
    end_ = std::to_chars(end_, end_ + digits, value).ptr;
    return *this;
  }
  // Between quotes of the caller's; a byte may become six.
  RowText& escaped(std::string_view string) {
    if (is_plain(string)) return text(string);
    std::string_view quoted = JsonWriter::begin().string(string).text();
    quoted.remove_prefix(1);
    quoted.remove_suffix(1);
    return text(quoted);
  }

  std::string_view view() const { return {text_.data(), end_}; }

 private:
  static constexpr std::size_t between = 128;

  void check_room(std::size_t size) const {
    DOBSON_ASSERT(static_cast<std::ptrdiff_t>(size) <= text_.data() + most - end_);
  }
  RowText& copy(std::string_view text) {
    end_ += text.copy(end_, text.size());
    return *this;
  }

  std::array<char, most + between> text_;
  char* end_ = text_.data();
};

}  // namespace dobson::http
