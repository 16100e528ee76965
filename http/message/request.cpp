#include "http/message/request.h"

namespace dobson::http {

const std::string_view* Request::find(std::string_view name) const {
  return find_header(headers, name);
}

unsigned Request::count(std::string_view name) const {
  unsigned count = 0;
  for (const auto& header : headers) count += equal_names(header.name, name);
  return count;
}

}  // namespace dobson::http
