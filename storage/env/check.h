#pragma once

// For the sources of storage/env alone: LMDB and the meaning of its codes.

#include <lmdb.h>

namespace dobson::storage {

[[noreturn]] void fail(const char* function, int code);

// Throws EnvError unless `code`, which `function` returned, is success.
inline void check(const char* function, int code) {
  if (code != MDB_SUCCESS) [[unlikely]]
    fail(function, code);
}

}  // namespace dobson::storage
