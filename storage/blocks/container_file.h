#pragma once

// One container file of one data directory: positioned reads and writes, space, sync. All calls
// block; any thread, several at once. Grammar of the bytes: block_format.h.
//
// Errors: out_of_space (disk or disk quota full), overloaded (too many open files), io, and corrupt
// where the file or its bytes are not what they should be, a missing or a short file included.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "core/base/result.h"
#include "storage/model/ids.h"
#include "storage/model/local_rows.h"

namespace dobson::storage {

enum class Reading { may_wait, at_once };

class ContainerFile {
 public:
  // Makes the file, or makes it anew, with a header and, if the disk has plenty, `allocate` bytes
  // of disk space. Durable on return, its directory entry too.
  static Result<std::shared_ptr<ContainerFile>> create(const std::filesystem::path& directory,
                                                       ContainerId id, std::uint64_t allocate);
  static Result<std::shared_ptr<ContainerFile>> open(const std::filesystem::path& directory,
                                                     ContainerId id);
  // Durable on return. Fine when there is none.
  static Status remove(const std::filesystem::path& directory, ContainerId id);
  ~ContainerFile();
  ContainerFile(const ContainerFile&) = delete;
  ContainerFile& operator=(const ContainerFile&) = delete;

  ContainerId id() const { return id_; }

  Status write_part(BlockId block, std::uint64_t number, std::span<const std::byte> data);

  // `out` is as long as the part. Its checksum is compared. `at_once`: io where that would have to
  // wait for the disk.
  Status read_part(BlockId block, std::uint64_t number, std::span<std::byte> out,
                   Reading reading = Reading::may_wait) const;

  // Disk space for [begin, end), so that writes there cannot run out of it.
  Status allocate(std::uint64_t begin, std::uint64_t end);

  // Whether the disk has so many bytes twice: without, none are taken ahead of need, for a
  // fallocate that fails keeps what it got.
  bool has_plenty(std::uint64_t bytes) const;

  // [begin, end) reads as zeros from now on; its whole pages go back to the file system.
  Status punch(std::uint64_t begin, std::uint64_t end);

  // Bytes of [begin, end) in stretches, 4 KiB at most, which are not all zero; stops counting at
  // `enough`. Holes are skipped unread.
  Result<std::uint64_t> count_used(std::uint64_t begin, std::uint64_t end,
                                   std::uint64_t enough) const;

  // A file that has no name any more is corrupt: what is in it would be gone after the next start.
  Status sync();

  // Begins to write [begin, end) to disk, so that the next sync has less to do.
  void start_writeback(std::uint64_t begin, std::uint64_t end);

  // What tells it from another file, and from itself when somebody has written to it.
  struct Look {
    FileStamp stamp;
    std::uint64_t bytes = 0;  // on disk
    std::uint64_t inode = 0;
  };
  Result<Look> look() const;

  Result<std::uint64_t> size() const;
  Result<std::uint64_t> allocated_bytes() const;  // on disk

 private:
  ContainerFile(ContainerId id, int fd, std::filesystem::path path)
      : id_(id), fd_(fd), path_(std::move(path)) {}
  Error failure(const char* call) const;  // from errno
  Error damaged(std::string what) const;
  Status check_header() const;

  ContainerId id_;
  int fd_;
  std::filesystem::path path_;
};

// Fills `out` from byte `offset` of the block. The bytes asked for lie inside the block.
Status read_block(const ContainerFile& file, const BlockRef& block, std::uint64_t offset,
                  std::span<std::byte> out, Reading reading = Reading::may_wait);

}  // namespace dobson::storage
