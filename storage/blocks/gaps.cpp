#include "storage/blocks/gaps.h"

#include <algorithm>

#include "storage/blocks/block_format.h"

namespace dobson::storage {

std::uint64_t visit_gaps(BlockIndex& index, ContainerId container, const Busy& busy,
                         const std::function<void(ByteRange)>& visit) {
  std::uint64_t rows_end = container_header_bytes;
  const auto visit_up_to = [&](std::uint64_t end) {
    for (const ByteRange gap : subtract({rows_end, std::min(end, busy.end)}, busy.in_flight)) {
      visit(gap);
    }
  };
  index.visit_blocks(container, [&](const BlockRef& block) {
    visit_up_to(block.id.local);
    rows_end = block.id.local + bytes_on_disk(block.length);
    return true;
  });
  visit_up_to(busy.end);
  return rows_end;
}

Result<std::uint64_t> unaccounted_bytes(BlockIndex& index, const ContainerFile& file,
                                        const Busy& busy) {
  Result<std::uint64_t> total = 0;
  visit_gaps(index, file.id(), busy, [&](ByteRange gap) {
    if (!total.ok()) return;
    const auto used = file.count_used(gap.begin, gap.end, gap.end);
    total = used.ok() ? Result<std::uint64_t>(*total + *used) : used;
  });
  return total;
}

Result<Reclaimed> reclaim_gaps(BlockIndex& index, ContainerFile& file, const Busy& busy) {
  const std::uint64_t before = TRY(file.allocated_bytes());
  Status status;
  const auto empty = [&](ByteRange gap) -> Status {
    const bool used = TRY(file.count_used(gap.begin, gap.end, 1)) > 0;
    return used ? file.punch(gap.begin, gap.end) : Status();
  };
  const std::uint64_t rows_end = visit_gaps(index, file.id(), busy, [&](ByteRange gap) {
    if (status.ok()) status = empty(gap);
  });
  TRY(status);
  const std::uint64_t after = TRY(file.allocated_bytes());
  return Reclaimed{rows_end, before - std::min(before, after)};
}

}  // namespace dobson::storage
