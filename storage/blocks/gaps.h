#pragma once

// The space of a container between its blocks. `busy` was taken from the allocator before, so that
// what is committed meanwhile is in flight there or has a row here.

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "storage/blocks/allocator.h"
#include "storage/blocks/block_index.h"
#include "storage/blocks/container_file.h"

namespace dobson::storage {

struct Gaps {
  std::vector<ByteRange> ranges;  // in order: what neither a row nor `busy` speaks for
  std::uint64_t rows_end = 0;     // where the last block with a row ends, or the header
};

Gaps find_gaps(BlockIndex& index, ContainerId container, const Busy& busy);

// Bytes in the gaps that do not read as zeros, in stretches of 4 KiB at most.
Result<std::uint64_t> count_used(const ContainerFile& file, const Gaps& gaps);

// Empties the gaps that do not read as zeros. The bytes that are free on disk by that.
Result<std::uint64_t> empty(ContainerFile& file, const Gaps& gaps);

}  // namespace dobson::storage
