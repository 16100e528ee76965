#pragma once

// A block store without bytes, for namespaces that were generated (`blocks.store = null`): keys
// have their sizes and blocks, containers their rows, and no byte is stored or served. The
// directory of the blocks is marked, so that no other store is taken for one that has lost its
// bytes.

#include <filesystem>
#include <memory>

#include "storage/blocks/managed_block_store.h"

namespace dobson::storage {

// Whether the directory of blocks is one of a NullBlockStore.
bool keeps_no_bytes(const std::filesystem::path& directory);

// Marks `directory`, made with mode 0700 when missing. invalid_argument: it has container files.
Result<std::unique_ptr<ManagedBlockStore>> make_null_block_store(
    const std::filesystem::path& directory);

}  // namespace dobson::storage
