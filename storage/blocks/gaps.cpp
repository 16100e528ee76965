#include "storage/blocks/gaps.h"

#include <algorithm>
#include <iterator>

#include "storage/blocks/block_format.h"

namespace dobson::storage {

Gaps find_gaps(BlockIndex& index, ContainerId container, const Busy& busy) {
  Gaps gaps{{}, container_header_bytes};
  const auto add_up_to = [&](std::uint64_t end) {
    std::ranges::copy(subtract({gaps.rows_end, std::min(end, busy.end)}, busy.in_flight),
                      std::back_inserter(gaps.ranges));
  };
  index.visit_blocks({container, 0}, [&](const BlockRef& block) {
    add_up_to(block.id.local);
    gaps.rows_end = block.id.local + bytes_on_disk(block.length);
    return true;
  });
  add_up_to(busy.end);
  return gaps;
}

Result<std::uint64_t> count_used(const ContainerFile& file, const Gaps& gaps) {
  std::uint64_t used = 0;
  for (const ByteRange gap : gaps.ranges) used += TRY(file.count_used(gap.begin, gap.end, gap.end));
  return used;
}

Result<std::uint64_t> empty(ContainerFile& file, const Gaps& gaps) {
  const std::uint64_t before = TRY(file.allocated_bytes());
  for (const ByteRange gap : gaps.ranges) {
    const std::uint64_t used = TRY(file.count_used(gap.begin, gap.end, 1));
    if (used > 0) TRY(file.punch(gap.begin, gap.end));
  }
  const std::uint64_t after = TRY(file.allocated_bytes());
  return before - std::min(before, after);
}

}  // namespace dobson::storage
