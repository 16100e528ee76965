#pragma once

// One process at a time in a data directory: a lock on its file `lock`, which holds the process id.
// The kernel lets go of it when the process ends, however it ends.

#include <filesystem>
#include <utility>

#include "core/base/result.h"

namespace dobson::storage {

class DataLock {
 public:
  // The directory must exist. The error names the process that has it.
  static Result<DataLock> take(const std::filesystem::path& data);

  DataLock(DataLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}

  int file_;
};

}  // namespace dobson::storage
