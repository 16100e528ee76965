#pragma once

// Writes one object into container files. Whole parts go to disk as they come, what is less than a
// part waits for more, so a small body is one write. A body of unknown size gets blocks of doubling
// size; what the last one does not need is given back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "storage/blocks/allocator.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/block_store.h"
#include "storage/blocks/md5_digest.h"
#include "storage/blocks/syncer.h"

namespace dobson::storage {

class LocalBlockWriter final : public BlockWriter, private SyncJob {
 public:
  // `block_bytes` is a multiple of limits::part_bytes.
  LocalBlockWriter(Allocator& allocator, Syncer& syncer, BlockMetrics& metrics,
                   std::uint64_t block_bytes, std::optional<std::uint64_t> size);
  ~LocalBlockWriter() override;

  Status append(std::span<const std::byte> bytes) override;
  void finish(Completion& done) override;
  const Result<WrittenObject>& result() const override { return result_; }
  void keep() override;
  void leave() override { kept_ = true; }

 private:
  struct Block {
    Reservation place;
    std::uint64_t capacity = 0;     // bytes of the object
    std::uint64_t length = 0;       // likewise
    std::uint64_t touched = 0;      // in the file, nothing was written from there on
    std::uint64_t handed_over = 0;  // in the file, the disk was told to write up to there
  };

  Status prepare(std::vector<std::shared_ptr<ContainerFile>>& files) override;
  void finished(Status durable) override;

  Status store(std::span<const std::byte> bytes);
  Status flush();
  Status write_part(std::span<const std::byte> data);
  Status begin_block(std::size_t first_part_bytes);

  Allocator& allocator_;
  Syncer& syncer_;
  BlockMetrics& metrics_;
  const std::uint64_t block_bytes_;
  const std::optional<std::uint64_t> size_;
  Md5Digest md5_;
  std::vector<std::byte> buffer_;  // less than a part
  std::vector<Block> blocks_;
  std::uint64_t received_ = 0;
  std::uint64_t written_ = 0;
  Status state_;  // of all appends
  Completion* done_ = nullptr;
  Result<WrittenObject> result_ = Error{Errc::unavailable};
  bool kept_ = false;
};

}  // namespace dobson::storage
