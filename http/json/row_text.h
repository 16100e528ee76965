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
  RowText& text(std::string_view text) {
    DOBSON_ASSERT(text.size() <= room());
    end_ += text.copy(end_, text.size());
    return *this;
  }
  RowText& number(std::integral auto value) {
    const auto [end, error] = std::to_chars(end_, text_.data() + most, value);
    DOBSON_ASSERT(error == std::errc{});
    end_ = end;
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
  std::size_t room() const { return static_cast<std::size_t>(text_.data() + most - end_); }

  std::array<char, most> text_;
  char* end_ = text_.data();
};

}  // namespace dobson::http
