#pragma once

// The space of a container between its blocks. `busy` was taken from the allocator before, so that
// what is committed meanwhile is in flight there or has a row here.

#include <cstdint>
#include <functional>

#include "core/base/result.h"
#include "storage/blocks/allocator.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/container_file.h"

namespace dobson::storage {

// Calls `visit` for each stretch that neither a row nor `busy` speaks for, in order. The end of the
// last block with a row, or of the header.
std::uint64_t visit_gaps(BlockIndex& index, ContainerId container, const Busy& busy,
                         const std::function<void(ByteRange)>& visit);

// Bytes outside of all blocks that do not read as zeros, in stretches of 4 KiB at most.
Result<std::uint64_t> unaccounted_bytes(BlockIndex& index, const ContainerFile& file,
                                        const Busy& busy);

struct Reclaimed {
  std::uint64_t rows_end = 0;     // as visit_gaps returns it
  std::uint64_t freed_bytes = 0;  // on disk
};

// Empties the gaps which do not read as zeros.
Result<Reclaimed> reclaim_gaps(BlockIndex& index, ContainerFile& file, const Busy& busy);

}  // namespace dobson::storage
