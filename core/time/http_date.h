#pragma once

// A time as HTTP writes it: the IMF-fixdate of RFC 7231 §7.1.1.1.

#include <array>
#include <string_view>

#include "core/time/clock.h"

namespace dobson {

// "Tue, 05 Mar 2019 09:07:01 GMT", milliseconds cut off. From 1970 to 9999.
class HttpDate {
 public:
  explicit HttpDate(UnixMillis time);
  operator std::string_view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 29> text_;
};

}  // namespace dobson
