#include "storage/blocks/scrubber.h"

#include <algorithm>
#include <span>

#include "core/base/limits.h"
#include "core/log/log.h"

namespace dobson::storage {

namespace {

bool has_row(BlockIndex& index, const BlockRef& block) {
  bool found = false;
  index.visit_blocks(block.id, [&](const BlockRef& first) {
    found = first == block;
    return false;
  });
  return found;
}

Status read_bytes(BlockFiles& files, const BlockRef& block, std::uint64_t offset,
                  std::span<std::byte> out) {
  const auto file = TRY(files.open(block.id.container));
  return read_block(*file, block, offset, out);
}

}  // namespace

bool is_damaged(BlockFiles& files, BlockIndex& index, const BlockRef& block) {
  std::vector<std::byte> buffer(std::min<std::uint64_t>(block.length, limits::scrub_read_bytes));
  for (std::uint64_t at = 0; at < block.length; at += buffer.size()) {
    const std::uint64_t length = std::min<std::uint64_t>(buffer.size(), block.length - at);
    const Status read = read_bytes(files, block, at, std::span(buffer).first(length));
    if (!read.ok()) return has_row(index, block);
  }
  return false;
}

std::uint64_t Scrubber::run(BlockIndex& index, UnixMillis now, UnixMillis before,
                            std::uint64_t budget) {
  std::uint64_t done = 0;
  while (done < budget) {
    if (!container_) {
      container_ = notes_.begin_scrub(before);
      if (!container_) break;
    }
    if (!next_block(index)) {
      end_container(now);
      continue;
    }
    const std::uint64_t length =
        std::min<std::uint64_t>(page_[block_].length - offset_, limits::scrub_read_bytes);
    if (!read_piece(index, length)) {
      end_container(now);
      continue;
    }
    done += length;
  }
  return done;
}

// False: the container has no more.
bool Scrubber::next_block(BlockIndex& index) {
  if (block_ < page_.size() && offset_ == page_[block_].length) {
    ++block_;
    offset_ = 0;
  }
  if (block_ < page_.size()) return true;
  page_.clear();
  block_ = 0;
  index.visit_blocks({*container_, next_local_}, [this](const BlockRef& block) {
    page_.push_back(block);
    return page_.size() < limits::scrub_page_rows;
  });
  if (page_.empty()) return false;
  next_local_ = page_.back().id.local + 1;
  return true;
}

bool Scrubber::read_piece(BlockIndex& index, std::uint64_t length) {
  const BlockRef& block = page_[block_];
  buffer_.resize(length);
  const Status read = read_bytes(files_, block, offset_, buffer_);
  offset_ += length;
  metrics_.scrubbed_bytes.fetch_add(length, std::memory_order_relaxed);
  // With too few descriptors nothing is known.
  if (read.ok() || read.error().code == Errc::overloaded || !has_row(index, block)) return true;
  if (notes_.set_damage(block)) {
    log::error("blocks", "damaged: container {}, block {}: {}", container_->value, block.id.local,
               read.error().detail);
  }
  return false;
}

void Scrubber::end_container(UnixMillis now) {
  notes_.end_scrub(*container_, now);
  container_.reset();
  page_.clear();
  block_ = 0;
  offset_ = 0;
  next_local_ = 0;
}

}  // namespace dobson::storage
