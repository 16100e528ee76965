#include "storage/blocks/local_block_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/assert.h"
#include "core/log/log.h"
#include "storage/blocks/block_format.h"
#include "storage/blocks/gaps.h"
#include "storage/blocks/local_block_writer.h"
#include "storage/env/directory.h"

namespace dobson::storage {

namespace {

bool has_blocks(BlockIndex& index, ContainerId container) {
  bool found = false;
  index.visit_blocks(container, [&](const BlockRef&) {
    found = true;
    return false;
  });
  return found;
}

}  // namespace

LocalBlockStore::LocalBlockStore(const LocalBlockOptions& options, Log& log)
    : options_(options),
      files_(options.directory),
      allocator_({options.container_bytes, options.preallocate_bytes}, files_, log, metrics_),
      syncer_(metrics_) {
  DOBSON_ASSERT(options.block_bytes % limits::part_bytes == 0);
}

Status LocalBlockStore::open(BlockIndex& index) {
  TRY(make_directory(options_.directory));
  for (const ContainerRow& row : index.containers()) {
    if (row.state == ContainerState::deleted) continue;
    metrics_.containers.fetch_add(1, std::memory_order_relaxed);
    const Status opened = open_container(index, row);
    if (!opened.ok()) {
      log::error("blocks", "container {} cannot be used: {}", row.id.value, opened.error().detail);
    }
  }
  return allocator_.start();
}

Status LocalBlockStore::open_container(BlockIndex& index, const ContainerRow& row) {
  const bool blocks = has_blocks(index, row.id);
  const bool open = row.state == ContainerState::open;
  if (!open && !blocks) return {};
  auto file = files_.open(row.id);
  if (!file.ok() && file.error().code == Errc::corrupt && open && !blocks) {
    // The process ended between the row and the file.
    file = files_.create(row.id, options_.preallocate_bytes);
  }
  TRY(file);
  if (!open) return {};
  const std::uint64_t size = TRY((*file)->size());
  const Gaps gaps = find_gaps(index, row.id, {{}, size});
  const std::uint64_t freed = TRY(empty(**file, gaps));
  metrics_.orphan_bytes.fetch_add(freed, std::memory_order_relaxed);
  allocator_.add(*file, gaps.rows_end);
  return {};
}

Result<std::unique_ptr<BlockWriter>> LocalBlockStore::write(std::optional<std::uint64_t> size) {
  if (auto stopped = syncer_.stopped()) return std::move(*stopped);
  return std::unique_ptr<BlockWriter>(std::make_unique<LocalBlockWriter>(
      allocator_, syncer_, metrics_, options_.block_bytes, size));
}

BlockPin LocalBlockStore::pin(std::span<const BlockRef> blocks) {
  pins_.pin(blocks);
  return BlockPin(*this, {blocks.begin(), blocks.end()});
}

Status LocalBlockStore::read(const BlockRef& block, std::uint64_t offset,
                             std::span<std::byte> out) {
  const auto file = files_.open(block.id.container);
  Status status = file.ok() ? read_block(**file, block, offset, out) : Status(file.error());
  if (status.ok()) {
    metrics_.read_bytes.fetch_add(out.size(), std::memory_order_relaxed);
  } else if (status.error().code == Errc::corrupt) {
    metrics_.damaged_reads.fetch_add(1, std::memory_order_relaxed);
    log::error("blocks", "damaged: container {}, block {}: {}", block.id.container.value,
               block.id.local, status.error().detail);
  }
  return status;
}

bool LocalBlockStore::read_at_once(const BlockRef& block, std::uint64_t offset,
                                   std::span<std::byte> out) {
  const auto file = files_.find(block.id.container);
  if (file == nullptr || !read_block(*file, block, offset, out, Reading::at_once).ok()) {
    return false;
  }
  metrics_.read_bytes.fetch_add(out.size(), std::memory_order_relaxed);
  return true;
}

void LocalBlockStore::give_back(BlockIndex& index, std::vector<Garbage> garbage) {
  std::ranges::sort(
      garbage, {}, [](const Garbage& each) { return std::pair(each.container, each.range.begin); });
  for (auto first = garbage.begin(); first != garbage.end();) {
    const ContainerId id = first->container;
    const auto last = std::find_if(first, garbage.end(),
                                   [&](const Garbage& each) { return each.container != id; });
    const Status status = give_back_in(index, id, std::span(first, last));
    if (!status.ok()) {
      log::error("blocks", "space is not given back: {}", status.error().detail);
    }
    first = last;
  }
}

Status LocalBlockStore::give_back_in(BlockIndex& index, ContainerId id,
                                     std::span<const Garbage> garbage) {
  const auto file = TRY(files_.open(id));
  const Busy taken = TRY(busy(*file));  // before the index is asked
  const std::uint64_t before = TRY(file->allocated_bytes());
  std::uint64_t done = container_header_bytes;
  for (const Garbage& each : garbage) {
    if (each.range.end <= done) continue;
    const ByteRange gap = index.gap_around(id, each.range);
    const ByteRange free{std::max(gap.begin, done), std::min(gap.end, taken.end)};
    for (const ByteRange part : subtract(free, taken.in_flight)) {
      TRY(file->punch(part.begin, part.end));
    }
    done = gap.end;
  }
  const std::uint64_t after = TRY(file->allocated_bytes());
  metrics_.freed_bytes.fetch_add(before - std::min(before, after), std::memory_order_relaxed);
  return {};
}

Status LocalBlockStore::reclaim(BlockIndex& index, ContainerId container) {
  const auto file = TRY(files_.open(container));
  const Busy taken = TRY(busy(*file));
  const std::uint64_t freed = TRY(empty(*file, find_gaps(index, container, taken)));
  metrics_.orphan_bytes.fetch_add(freed, std::memory_order_relaxed);
  return {};
}

Status LocalBlockStore::remove(ContainerId container) {
  TRY(files_.remove(container));
  metrics_.containers.fetch_sub(1, std::memory_order_relaxed);
  return {};
}

Result<Busy> LocalBlockStore::busy(const ContainerFile& file) const {
  if (auto busy = allocator_.busy(file.id())) return std::move(*busy);
  return Busy{{}, TRY(file.size())};
}

Result<std::unique_ptr<LocalBlockStore>> make_local_block_store(const LocalBlockOptions& options,
                                                                BlockIndex& index, Log& log) {
  auto store = std::make_unique<LocalBlockStore>(options, log);
  TRY(store->open(index));
  return store;
}

}  // namespace dobson::storage
