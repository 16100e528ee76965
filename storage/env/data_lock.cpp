#include "storage/env/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace dobson::storage {

namespace {

// What another process wrote; "unknown" between its lock and its write.
std::string read_pid(int file) {
  char text[32];
  const ssize_t size = pread(file, text, sizeof(text), 0);
  return size > 0 ? std::string(text, size) : "unknown";
}

}  // namespace

Result<DataLock> DataLock::take(const std::filesystem::path& data) {
  const std::filesystem::path path = data / "lock";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return Error{Errc::io, fmt::format("cannot open {}: {}", path.c_str(), std::strerror(errno))};
  }
  DataLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Error{Errc::io, fmt::format("cannot lock {}: {}", path.c_str(), std::strerror(errno))};
    }
    return Error{Errc::unavailable, fmt::format("the data directory {} is in use by process {}",
                                                data.c_str(), read_pid(file))};
  }
  const std::string pid = std::to_string(getpid());
  // Over what is there: a start on a full disk has no block for it.
  if (pwrite(file, pid.data(), pid.size(), 0) < 0 || ftruncate(file, pid.size()) != 0) {
    return Error{Errc::io, fmt::format("cannot write {}: {}", path.c_str(), std::strerror(errno))};
  }
  return lock;
}

DataLock::~DataLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace dobson::storage
