#pragma once

// For the sources of storage/env alone: LMDB and the meaning of its codes.

#include <lmdb.h>

namespace dobson::storage {

// Throws EnvError unless `code`, which `function` returned, is success.
void check(const char* function, int code);

}  // namespace dobson::storage
