#pragma once

// The log of file operations: librecorder.so writes it, recording.h reads it.
//
//   log       = header record*         a sparse file of log_capacity bytes; all zeroes is empty
//   header    = records:u64 bytes:u64  complete records that follow, and their length
//   record    = Head path data         padded to 8 bytes
//
//   start                              a process begins and has nothing open
//   open      fd flags mode path       flags as in open(2); a directory as well as a file
//   close     fd
//   write     fd offset data           what the kernel took, wherever the position came from
//   dsync     fd                       the write before it is durable: fd is O_DSYNC or O_SYNC
//   fdatasync fd begin                 begin: records complete when the call began; only writes
//   fsync     fd begin                 before that are synced, not those during the call
//   truncate  fd length
//   allocate  fd flags offset length   flags as in fallocate(2)
//   rename    path data                data is the new path
//   unlink    path
//   rmdir     path
//   mkdir     mode path
//
// Only calls that succeeded are here, in an order in which the kernel could have done them. Paths
// are relative to the recorded directory, which itself is the empty path; it starts out empty.
//
// One process at a time appends; any other may read `records()` meanwhile. A client that reads it
// when a reply arrives knows that the reply left after operations that all are below that number.

#include <sys/uio.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace dobson::crash {

enum class Kind : uint32_t {
  start,
  open,
  close,
  write,
  dsync,
  fdatasync,
  fsync,
  truncate,
  allocate,
  rename,
  unlink,
  rmdir,
  mkdir,
};

struct Head {
  Kind kind = Kind::start;
  int32_t fd = -1;
  uint32_t flags = 0;
  uint32_t mode = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  uint64_t begin = 0;
  uint32_t path_size = 0;
  uint32_t data_size = 0;
};

constexpr uint64_t log_capacity = uint64_t{16} << 30;

class Log {
 public:
  // Opens the log, or makes an empty one. Throws std::system_error.
  explicit Log(const std::filesystem::path& path);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Of a whole record.
  static uint64_t size_of(const Head& head);

  // The caller's lock orders appends. Sets the sizes in `head`; throws std::length_error when full.
  void append(Head head, std::string_view path = {}, std::span<const iovec> data = {});

  uint64_t records() const;
  // The records, valid as long as the log.
  std::string_view bytes() const;

 private:
  struct Header {
    std::atomic<uint64_t> records;
    std::atomic<uint64_t> bytes;
  };

  Header* header() const;
  char* body() const;

  char* map_ = nullptr;
};

}  // namespace dobson::crash
