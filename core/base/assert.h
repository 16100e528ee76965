#pragma once

// A programmer's error ends the process, in release builds too: wrong bytes are worse than none.

namespace dobson {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace dobson

#define DOBSON_ASSERT(condition)                                  \
  do {                                                            \
    if (!(condition)) [[unlikely]]                                \
      ::dobson::assertion_failed(#condition, __FILE__, __LINE__); \
  } while (false)
