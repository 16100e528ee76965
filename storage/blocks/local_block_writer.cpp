#include "storage/blocks/local_block_writer.h"

#include <algorithm>

#include "core/base/limits.h"
#include "storage/blocks/block_format.h"

namespace dobson::storage {

LocalBlockWriter::LocalBlockWriter(Allocator& allocator, Syncer& syncer, BlockMetrics& metrics,
                                   std::uint64_t block_bytes, std::optional<std::uint64_t> size)
    : allocator_(allocator),
      syncer_(syncer),
      metrics_(metrics),
      block_bytes_(block_bytes),
      size_(size) {}

LocalBlockWriter::~LocalBlockWriter() {
  if (kept_) return;
  for (const Block& block : blocks_) allocator_.abandon(block.place, block.touched);
}

Status LocalBlockWriter::append(std::span<const std::byte> bytes) {
  DOBSON_ASSERT(!size_ || bytes.size() <= *size_ - received_);
  TRY(state_);
  received_ += bytes.size();
  md5_.update(bytes);
  if (auto stopped = syncer_.stopped()) {
    state_ = std::move(*stopped);
  } else {
    state_ = store(bytes);
  }
  return state_;
}

Status LocalBlockWriter::store(std::span<const std::byte> bytes) {
  const bool last = received_ == size_;
  while (!bytes.empty()) {
    if (buffer_.empty() && (last || bytes.size() >= limits::part_bytes)) {
      const auto part = bytes.first(std::min(bytes.size(), limits::part_bytes));
      TRY(write_part(part));
      bytes = bytes.subspan(part.size());
      continue;
    }
    // Grown by itself it would have room for two parts; the memory budget counts one.
    if (buffer_.size() + bytes.size() > buffer_.capacity()) buffer_.reserve(limits::part_bytes);
    const auto piece = bytes.first(std::min(bytes.size(), limits::part_bytes - buffer_.size()));
    buffer_.insert(buffer_.end(), piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
    if (buffer_.size() == limits::part_bytes || (last && bytes.empty())) TRY(flush());
  }
  return {};
}

Status LocalBlockWriter::flush() {
  if (buffer_.empty()) return {};
  TRY(write_part(buffer_));
  buffer_.clear();
  return {};
}

// `data` is a whole part, or the last one of the object.
Status LocalBlockWriter::write_part(std::span<const std::byte> data) {
  if (blocks_.empty() || blocks_.back().length == blocks_.back().capacity) {
    TRY(begin_block(data.size()));
  }
  Block& block = blocks_.back();
  ContainerFile& file = *block.place.container->file;
  const std::uint64_t number = block.length / limits::part_bytes;
  block.touched += data.size() + part_crc_bytes;
  TRY(file.write_part({file.id(), block.place.begin}, number, data));
  block.length += data.size();
  written_ += data.size();
  metrics_.written_bytes.fetch_add(data.size(), std::memory_order_relaxed);
  if (block.touched - block.handed_over >= limits::writeback_bytes) {
    file.start_writeback(block.handed_over, block.touched);
    block.handed_over = block.touched;
  }
  return {};
}

Status LocalBlockWriter::begin_block(std::size_t first_part_bytes) {
  std::uint64_t capacity;
  if (size_) {
    capacity = std::min(block_bytes_, *size_ - written_);
  } else if (first_part_bytes < limits::part_bytes) {
    capacity = first_part_bytes;
  } else {
    capacity = std::min(block_bytes_, std::max(limits::first_block_bytes, written_));
  }
  Reservation place = TRY(allocator_.reserve(bytes_on_disk(capacity)));
  const std::uint64_t begin = place.begin;
  blocks_.push_back({std::move(place), capacity, 0, begin, begin});
  return {};
}

void LocalBlockWriter::finish(Completion& done) {
  done_ = &done;
  syncer_.submit(*this);
}

Status LocalBlockWriter::prepare(std::vector<std::shared_ptr<ContainerFile>>& files) {
  TRY(state_);
  TRY(flush());
  if (!blocks_.empty()) allocator_.trim(blocks_.back().place, blocks_.back().touched);
  for (const Block& block : blocks_) {
    const auto& file = block.place.container->file;
    if (files.empty() || files.back() != file) files.push_back(file);
  }
  return {};
}

void LocalBlockWriter::finished(Status durable) {
  if (durable.ok()) {
    WrittenObject object{{}, written_, md5_.finish()};
    for (const Block& block : blocks_) {
      object.blocks.push_back(
          {{block.place.container->file->id(), block.place.begin}, block.length});
    }
    result_ = std::move(object);
    metrics_.finished.fetch_add(1, std::memory_order_relaxed);
  } else {
    result_ = std::move(durable).error();
  }
  done_->complete();
}

void LocalBlockWriter::keep() {
  kept_ = true;
  for (const Block& block : blocks_) allocator_.keep(block.place);
}

}  // namespace dobson::storage
