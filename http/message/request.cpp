#include "http/message/request.h"

namespace dobson::http {

const std::string_view* Request::find(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_names(header.name, name)) return &header.value;
  }
  return nullptr;
}

unsigned Request::count(std::string_view name) const {
  unsigned count = 0;
  for (const auto& header : headers) count += equal_names(header.name, name);
  return count;
}

}  // namespace dobson::http
