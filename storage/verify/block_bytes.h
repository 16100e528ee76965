#pragma once

// Whether the container files are what the rows say. The server must not run: what it has in flight
// has no row yet.

#include <cstdint>
#include <functional>

#include "core/base/result.h"
#include "storage/blocks/block_files.h"
#include "storage/blocks/block_index.h"
#include "storage/verify/verify.h"

namespace dobson::storage {

// Reads the whole block and compares its checksums; for VerifyOptions::check_block. corrupt, io.
Status check_block_bytes(BlockFiles& files, const BlockRef& block);

// Calls `report` for each container whose file cannot be opened and each file without a container.
// Returns the bytes outside of all blocks that do not read as zeros, in stretches of 4 KiB at most:
// left by a crash, no damage, and given back by the server.
std::uint64_t verify_containers(BlockFiles& files, BlockIndex& index,
                                const std::function<void(const Finding&)>& report);

}  // namespace dobson::storage
