#pragma once

// Whether the file system of the data directory has room for more. Any thread; the file system is
// asked at most every limits::space_check_ms.

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace dobson::storage {

class SpaceWatch {
 public:
  // Low is below `watermark` bytes.
  SpaceWatch(std::filesystem::path directory, std::uint64_t watermark);

  // Bytes of the file system; 0 where it cannot be asked.
  struct Space {
    std::uint64_t capacity = 0;
    std::uint64_t unused = 0;
    std::uint64_t available = 0;  // of these, to us
  };

  bool low();
  std::uint64_t free_bytes();
  Space space();
  std::uint64_t watermark() const { return watermark_; }

 private:
  void check_when_due();

  const std::filesystem::path directory_;
  const std::uint64_t watermark_;
  std::atomic<std::uint64_t> free_bytes_{0};
  std::atomic<std::uint64_t> capacity_{0};
  std::atomic<std::uint64_t> unused_{0};
  std::atomic<std::int64_t> next_check_ms_{0};  // on the steady clock
};

}  // namespace dobson::storage
