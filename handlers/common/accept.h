#pragma once

// The Accept header.

#include <string_view>

#include "handlers/common/text.h"
#include "http/message/request.h"

namespace dobson {

// Whether one of the media types that the header lists is so; false without the header.
template <class Predicate>  // bool(std::string_view type)
bool accepts(const http::Request& request, Predicate&& is_so) {
  const auto* accept = request.header("Accept");
  auto list = accept == nullptr ? std::string_view{} : *accept;
  while (!list.empty()) {
    auto item = take_until(list, ',');
    if (is_so(trim(take_until(item, ';')))) return true;
  }
  return false;
}

inline bool names_json(std::string_view type) {
  return equal_names(type, "application/json") || equal_names(type, "application/*");
}

}  // namespace dobson
