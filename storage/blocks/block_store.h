#pragma once

// Object bytes. A body becomes blocks of at most limits::block_bytes; a block lives in a container
// under an id that the store draws. The store knows no key names. Blocking calls are for threads of
// the block I/O pool; no reactor may make them.
//
// The order of durability (docs/adr/0007-durability.md): append → finish (every byte is on stable
// storage) → the command that names the blocks is committed → reply.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/async/completion.h"
#include "core/base/result.h"
#include "storage/model/ids.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

struct WrittenObject {
  std::vector<BlockRef> blocks;
  std::uint64_t size = 0;
  Md5 md5{};
};

// The bytes of one object on their way to disk. One caller at a time. Destroyed without `keep` or
// `leave`, the space of its blocks is given back.
class BlockWriter {
 public:
  virtual ~BlockWriter() = default;

  // Blocking. io, out_of_space, unavailable; after an error it stays the result.
  virtual Status append(std::span<const std::byte> bytes) = 0;

  // Makes all that was appended durable, together with what others finish meanwhile; then completes
  // `done`, after which `result` holds. Any thread.
  virtual void finish(Completion& done) = 0;
  virtual const Result<WrittenObject>& result() const = 0;

  // The command that names the blocks is committed: they stay.
  virtual void keep() = 0;

  // Its outcome is unknown: they stay until the next start, which sees whether a row names them.
  virtual void leave() = 0;
};

// Keeps blocks readable although their key may be deleted meanwhile. Moving it moves the pin.
class BlockPin;

class BlockStore {
 public:
  virtual ~BlockStore() = default;

  // `size`: what the client announced, if it did; no more is appended. Any thread.
  // unavailable (writes are stopped).
  virtual Result<std::unique_ptr<BlockWriter>> write(std::optional<std::uint64_t> size) = 0;

  // Call inside the read transaction that found the blocks. Any thread.
  virtual BlockPin pin(std::span<const BlockRef> blocks) = 0;

  // Blocking. Fills `out` from byte `offset` of the block; every part that is touched is read whole
  // and its checksum compared. corrupt, io.
  virtual Status read(const BlockRef& block, std::uint64_t offset, std::span<std::byte> out) = 0;

  // The same without blocking. False: the bytes are not in memory, or `read` will say what is
  // wrong.
  virtual bool read_at_once(const BlockRef& block, std::uint64_t offset,
                            std::span<std::byte> out) = 0;

 private:
  friend class BlockPin;
  virtual void unpin(std::span<const BlockRef> blocks) = 0;
};

class BlockPin {
 public:
  BlockPin() = default;
  BlockPin(BlockStore& store, std::vector<BlockRef> blocks)
      : store_(&store), blocks_(std::move(blocks)) {}
  BlockPin(BlockPin&& other) noexcept
      : store_(std::exchange(other.store_, nullptr)), blocks_(std::move(other.blocks_)) {}
  BlockPin& operator=(BlockPin&& other) noexcept {
    std::swap(store_, other.store_);
    std::swap(blocks_, other.blocks_);
    return *this;
  }
  ~BlockPin() {
    if (store_ != nullptr) store_->unpin(blocks_);
  }

 private:
  BlockStore* store_ = nullptr;
  std::vector<BlockRef> blocks_;
};

}  // namespace dobson::storage
