#pragma once

// The page that shows /-/openapi.json to people: HTML with all it needs in itself.

#include <string_view>

namespace dobson {

extern const std::string_view api_page;

}  // namespace dobson
