#pragma once

// A family's routes as Markdown: docs/api.

#include <string>

#include "http/route/route.h"

namespace dobson::http {

std::string api_table(const Family& family);

}  // namespace dobson::http
