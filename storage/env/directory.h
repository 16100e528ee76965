#pragma once

// Directories that a power cut does not take away.

#include <filesystem>

#include "core/base/result.h"

namespace dobson::storage {

// With mode 0700, and its parents, unless it is there. io.
Status make_directory(const std::filesystem::path& directory);

// Makes the directory's entries durable. io.
Status sync_directory(const std::filesystem::path& directory);

}  // namespace dobson::storage
