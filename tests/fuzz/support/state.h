#pragma once

#include <memory>

#include "storage/catalog/catalog.h"
#include "tests/support/temporary_directory.h"

namespace dobson::fuzz {

// An empty `state/`. Its files have no name any more, so that a process that ends in a crash leaves
// nothing behind.
inline std::unique_ptr<storage::Env> make_state() {
  constexpr std::uint64_t map_size = 1ULL << 30;
  const test::TemporaryDirectory directory;
  DOBSON_ASSERT(storage::create_state(directory.path(), map_size).ok());
  return std::make_unique<storage::Env>(storage::state_options(directory.path(), map_size, 8));
}

}  // namespace dobson::fuzz
