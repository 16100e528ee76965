// The ways to open a file by descriptor, as one function of the library that is preloaded.

#include <cstdarg>

#include "tests/crash/preload.h"

namespace {

// The last argument of `open`, if it has one.
mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return dobson::crash::on_open(AT_FDCWD, path, flags, mode);
}

int openat(int base_fd, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return dobson::crash::on_open(base_fd, path, flags, mode);
}

// The names that the C library has for 64-bit offsets are the same functions.
[[gnu::alias("open")]] int open64(const char*, int, ...);
[[gnu::alias("openat")]] int openat64(int, const char*, int, ...);
}
