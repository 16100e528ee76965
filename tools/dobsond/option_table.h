#pragma once

// Every option of dobsond, declared once (design.md §5).

#include <span>

#include "core/config/options.h"

namespace dobson {

std::span<const Option> option_table();

}  // namespace dobson
