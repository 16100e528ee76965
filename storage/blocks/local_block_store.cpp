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
  index.visit_blocks({container, 0}, [&](const BlockRef&) {
    found = true;
    return false;
  });
  return found;
}

}  // namespace

LocalBlockStore::LocalBlockStore(const LocalBlockOptions& options, Log& log)
    : options_(options),
      files_(options.directory),
      allocator_({options.container_bytes, options.preallocate_bytes}, files_, log, notes_,
                 metrics_),
      syncer_(metrics_),
      scrubber_(files_, notes_, metrics_) {
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
      const bool lost = opened.error().code == Errc::corrupt;
      if (lost && row.state == ContainerState::open) allocator_.close_unusable(row.id);
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
    return status;
  }
  if (file.ok()) {
    notes_.set_damage(block);
  } else {
    notes_.note_change(block.id.container);
  }
  if (status.error().code == Errc::corrupt) {
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
      TRY(change(*file, [&] { return file->punch(part.begin, part.end); }));
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
  return change(*file, [&]() -> Status {
    const std::uint64_t freed = TRY(empty(*file, find_gaps(index, container, taken)));
    metrics_.orphan_bytes.fetch_add(freed, std::memory_order_relaxed);
    return {};
  });
}

// Our own change is not taken for one of somebody else, and hides none.
template <class Change>
Status LocalBlockStore::change(ContainerFile& file, Change&& what) {
  std::lock_guard lock(changing_);
  const bool ours = notes_.has_stamp(file.id(), TRY(file.look()).stamp);
  Status status = what();
  if (ours) notes_.set_stamp(file.id(), TRY(file.look()).stamp);
  return status;
}

Result<ReplicaFile> LocalBlockStore::look_at(BlockIndex& index, const ContainerRow& row,
                                             UnixMillis now) {
  using Shape = ReplicaFile::Shape;
  // A container's row is committed before its file is made.
  const bool has_begun = row.blocks > 0 || row.state != ContainerState::open;
  if (!has_begun && files_.find(row.id) == nullptr) {
    return Error{Errc::overloaded, {}, "its file is being made"};
  }
  // Before the file, which gets its bytes before they get rows.
  const std::uint64_t rows_end = index.gap_around(row.id, {UINT64_MAX, UINT64_MAX}).begin;
  std::unique_lock lock(changing_);
  const ReplicaNotes::Note note = notes_.note(row.id, now);
  ReplicaFile found{.stamp = note.stamp, .scrubbed = note.scrubbed};
  bool usable = true;  // for appends
  if (const auto file = ContainerFile::open(options_.directory, row.id); file.ok()) {
    const ContainerFile::Look look = TRY((*file)->look());
    found.bytes = look.bytes;
    if (look.stamp.size < rows_end) found.shape = Shape::damaged;
    usable = !forget_other_file(row.id, look) && found.shape == Shape::whole;
    if (row.state == ContainerState::closed) {
      found.stamp = look.stamp;
      notes_.set_stamp(row.id, look.stamp);
      if (note.stamp != FileStamp{} && note.stamp != look.stamp) notes_.want_scrub(row.id);
    }
  } else if (file.error().code == Errc::overloaded) {
    return file.error();
  } else {
    std::error_code unknown;
    const auto path = options_.directory / container_file_name(row.id);
    found.shape = std::filesystem::exists(path, unknown) ? Shape::damaged : Shape::missing;
    usable = file.error().code != Errc::corrupt;  // else another one would fare no better
  }
  lock.unlock();
  if (note.damage && found.shape != Shape::missing) {
    found.shape = Shape::damaged;
    const bool healed = !note.scrubbing && !is_damaged(files_, index, *note.damage);
    if (healed) notes_.want_scrub(row.id);
  }
  if (row.state == ContainerState::open && (!usable || note.damage)) allocator_.retire(row.id);
  return found;
}

// True: what is open is not what has the name now. It serves on where nothing has the name.
bool LocalBlockStore::forget_other_file(ContainerId id, const ContainerFile::Look& look) {
  const auto open = files_.find(id);
  if (open == nullptr) return false;
  const auto known = open->look();
  if (!known.ok() || known->inode == look.inode) return false;
  files_.forget(id);
  return true;
}

Status LocalBlockStore::remove(ContainerId container) {
  TRY(files_.remove(container));
  notes_.forget(container);
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
