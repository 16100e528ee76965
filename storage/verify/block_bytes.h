#pragma once

// Whether the container files are what the rows say.

#include <cstdint>
#include <functional>

#include "core/base/result.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/local_block_store.h"
#include "storage/verify/verify.h"

namespace dobson::storage {

// Reads the whole block and compares its checksums; for VerifyOptions::check_block. corrupt, io.
Status check_block_bytes(BlockStore& store, const BlockRef& block);

// Calls `report` for each container whose file cannot be opened or holds bytes outside of all
// blocks; returns how many there were. The server may run meanwhile.
std::uint64_t verify_containers(LocalBlockStore& store, BlockIndex& index,
                                const std::function<void(const Finding&)>& report);

}  // namespace dobson::storage
