#pragma once

// What can go wrong, once for all families: storage and core return an `Errc`, each API family maps
// it to its own body. `message` may reach a client; `detail` (LMDB texts, paths, offsets) is for
// the log alone.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dobson {

// Not found, exists, …: the store's answer to a client. From `unavailable` on: the store's own
// trouble; a client may try again, or must be told that the outcome is unknown.
#define DOBSON_ERRC(X)   \
  X(invalid_argument)    \
  X(volume_not_found)    \
  X(bucket_not_found)    \
  X(key_not_found)       \
  X(volume_exists)       \
  X(bucket_exists)       \
  X(key_exists)          \
  X(upload_not_found)    \
  X(volume_not_empty)    \
  X(bucket_not_empty)    \
  X(directory_not_empty) \
  X(invalid_key_name)    \
  X(invalid_part)        \
  X(access_denied)       \
  X(precondition_failed) \
  X(quota_exceeded)      \
  X(container_not_found) \
  X(unavailable)         \
  X(overloaded)          \
  X(out_of_space)        \
  X(corrupt)             \
  X(io)                  \
  X(commit_unknown)      \
  X(internal)

enum class Errc : std::uint8_t {
#define DOBSON_ENUMERATOR(name) name,
  DOBSON_ERRC(DOBSON_ENUMERATOR)
#undef DOBSON_ENUMERATOR
};

constexpr std::string_view name_of(Errc code) {
  constexpr std::string_view names[] = {
#define DOBSON_NAME(name) #name,
      DOBSON_ERRC(DOBSON_NAME)
#undef DOBSON_NAME
  };
  return names[static_cast<std::size_t>(code)];
}

struct Error {
  Errc code;
  std::string message = {};
  std::string detail = {};
};

}  // namespace dobson
