// librecorder.so: preloaded into a server, it writes every file operation below one directory into
// a log (log.h), from which replay.h rebuilds what a power cut could have left.
//
//   LD_PRELOAD=librecorder.so
//   DOBSON_RECORD=FILE             the log; it is outside of the directory
//   DOBSON_RECORD_DIR=DIR          what is recorded; its parent exists
//   DOBSON_RECORD_SKIP_SYNC=TEXT   syncs of paths that contain TEXT, or of `all`, do nothing and
//                                  claim success: the canary that a test must notice
//   DOBSON_RECORD_KILL_AT_PUNCH=N  the process kills itself instead of its Nth hole, when nothing
//                                  is done that has no record yet
//
// A lock is held across a call and its record, so that records stand in a true order. Only a sync
// runs without it; its record says what was complete when it began.
//
// Not seen: what C streams write (std::fstream only opens and closes through them), io_uring,
// stores through a shared map, truncate(2), links, descriptors made by dup or inherited. A replay
// that keeps everything differs from the live directory if one was used.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/log.h"
#include "tests/crash/preload.h"

namespace dobson::crash {
namespace {

struct Descriptor {
  std::atomic<bool> tracked = false;
  bool skips_sync = false;
  bool dsync = false;
};

class Recorder {
 public:
  Recorder(const char* log, const char* directory, const char* skip_sync, unsigned kill_at_punch)
      : log_(log), directory_(directory), skip_sync_(skip_sync), punches_to_live_(kill_at_punch) {
    log_.append({.kind = Kind::start});
  }

  const Directory& directory() const { return directory_; }

  bool tracks(int fd) const {
    return fd >= 0 && static_cast<size_t>(fd) < descriptors_.size() && descriptors_[fd].tracked;
  }
  bool skips_sync(int fd) const { return descriptors_[fd].skips_sync; }
  uint64_t records() const { return log_.records(); }

  void opened(int fd, int flags, mode_t mode, const std::string& path) {
    Descriptor& descriptor = descriptors_.at(fd);
    descriptor.skips_sync =
        skip_sync_ == "all" || (!skip_sync_.empty() && path.find(skip_sync_) != std::string::npos);
    descriptor.dsync = (flags & O_DSYNC) != 0 && !descriptor.skips_sync;
    descriptor.tracked = true;
    log_.append({.kind = Kind::open,
                 .fd = fd,
                 .flags = static_cast<uint32_t>(flags),
                 .mode = static_cast<uint32_t>(mode)},
                path);
  }

  void punching() {
    if (punches_to_live_ > 0 && --punches_to_live_ == 0) ::kill(::getpid(), SIGKILL);
  }

  // To be called before the descriptor is closed: afterwards its number may already be reused.
  void closing(int fd) {
    if (!tracks(fd)) return;
    const std::lock_guard lock(mutex);
    descriptors_[fd].tracked = false;
    log_.append({.kind = Kind::close, .fd = fd});
  }

  void wrote(int fd, std::span<const iovec> parts, uint64_t size, uint64_t offset) {
    std::vector<iovec> written;
    for (iovec part : parts) {
      part.iov_len = std::min<uint64_t>(part.iov_len, size);
      size -= part.iov_len;
      written.push_back(part);
    }
    log_.append({.kind = Kind::write, .fd = fd, .offset = offset}, {}, written);
    if (descriptors_[fd].dsync) log_.append({.kind = Kind::dsync, .fd = fd});
  }

  void did(const Head& head, std::string_view path = {}, std::string data = {}) {
    const iovec part{data.data(), data.size()};
    log_.append(head, path, {&part, 1});
  }

  std::mutex mutex;

 private:
  Log log_;
  const Directory directory_;
  const std::string skip_sync_;
  unsigned punches_to_live_;
  std::array<Descriptor, 1 << 16> descriptors_;
};

// Set before main; never destroyed, for threads may outlive it. Until then calls pass through.
Recorder* recorder = nullptr;

[[gnu::constructor]] void begin() {
  const char* log = std::getenv("DOBSON_RECORD");
  const char* directory = std::getenv("DOBSON_RECORD_DIR");
  const char* skip_sync = std::getenv("DOBSON_RECORD_SKIP_SYNC");
  const char* kill_at_punch = std::getenv("DOBSON_RECORD_KILL_AT_PUNCH");
  if (log != nullptr && directory != nullptr)
    recorder = new Recorder(log, directory, skip_sync == nullptr ? "" : skip_sync,
                            kill_at_punch == nullptr ? 0 : std::atoi(kill_at_punch));
}

std::optional<std::string> recorded_name(int base_fd, const char* path) {
  return recorder == nullptr ? std::nullopt : recorder->directory().relative(base_fd, path);
}

// `call` on a descriptor, and its record if it succeeded.
template <class Call>
int recorded(const Head& head, Call call) {
  if (recorder == nullptr || !recorder->tracks(head.fd)) return call();
  const std::lock_guard lock(recorder->mutex);
  const int result = call();
  if (result == 0) recorder->did(head);
  return result;
}

// `call` on a path, and its record if it succeeded.
template <class Call>
int recorded(const Head& head, int base_fd, const char* path, Call call) {
  const auto name = recorded_name(base_fd, path);
  if (!name) return call();
  const std::lock_guard lock(recorder->mutex);
  const int result = call();
  if (result == 0) recorder->did(head, *name);
  return result;
}

template <class Call>
ssize_t recorded_write(int fd, std::span<const iovec> parts, std::optional<off_t> offset,
                       Call call) {
  if (recorder == nullptr || !recorder->tracks(fd)) return call();
  const std::lock_guard lock(recorder->mutex);
  const ssize_t size = call();
  if (size > 0) recorder->wrote(fd, parts, size, offset ? *offset : lseek(fd, 0, SEEK_CUR) - size);
  return size;
}

int recorded_sync(Kind kind, int fd, int (*call)(int)) {
  if (recorder == nullptr || !recorder->tracks(fd)) return call(fd);
  if (recorder->skips_sync(fd)) return 0;
  const uint64_t begin = recorder->records();
  const int result = call(fd);
  if (result == 0) {
    const std::lock_guard lock(recorder->mutex);
    recorder->did({.kind = kind, .fd = fd, .begin = begin});
  }
  return result;
}

int flags_of(std::string_view stream_mode) {
  switch (stream_mode.front()) {
    case 'w':
      return O_CREAT | O_TRUNC;
    case 'a':
      return O_CREAT | O_APPEND;
    default:
      return 0;
  }
}

}  // namespace

int on_open(int base_fd, const char* path, int flags, mode_t mode) {
  static const auto call = next_of(::openat, "openat");
  const auto name = recorded_name(base_fd, path);
  if (!name) return call(base_fd, path, flags, mode);
  const std::lock_guard lock(recorder->mutex);
  const int fd = call(base_fd, path, flags, mode);
  if (fd >= 0) recorder->opened(fd, flags, mode, *name);
  return fd;
}

}  // namespace dobson::crash

using namespace dobson::crash;

extern "C" {

FILE* fopen(const char* path, const char* mode) {
  static const auto call = next_of(::fopen, "fopen");
  const auto name = recorded_name(AT_FDCWD, path);
  if (!name) return call(path, mode);
  const std::lock_guard lock(recorder->mutex);
  FILE* stream = call(path, mode);
  if (stream != nullptr) recorder->opened(fileno(stream), flags_of(mode), 0666, *name);
  return stream;
}

int fclose(FILE* stream) {
  static const auto call = next_of(::fclose, "fclose");
  if (recorder != nullptr) recorder->closing(fileno(stream));
  return call(stream);
}

int close(int fd) {
  static const auto call = next_of(::close, "close");
  if (recorder != nullptr) recorder->closing(fd);
  return call(fd);
}

int closedir(DIR* directory) {
  static const auto call = next_of(::closedir, "closedir");
  if (recorder != nullptr) recorder->closing(dirfd(directory));
  return call(directory);
}

ssize_t write(int fd, const void* data, size_t size) {
  static const auto call = next_of(::write, "write");
  const iovec part{const_cast<void*>(data), size};
  return recorded_write(fd, {&part, 1}, std::nullopt, [&] { return call(fd, data, size); });
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static const auto call = next_of(::pwrite, "pwrite");
  const iovec part{const_cast<void*>(data), size};
  return recorded_write(fd, {&part, 1}, offset, [&] { return call(fd, data, size, offset); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto call = next_of(::writev, "writev");
  return recorded_write(fd, {parts, static_cast<size_t>(count)}, std::nullopt,
                        [&] { return call(fd, parts, count); });
}

ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
  static const auto call = next_of(::pwritev, "pwritev");
  return recorded_write(fd, {parts, static_cast<size_t>(count)}, offset,
                        [&] { return call(fd, parts, count, offset); });
}

int fdatasync(int fd) {
  static const auto call = next_of(::fdatasync, "fdatasync");
  return recorded_sync(Kind::fdatasync, fd, call);
}

int fsync(int fd) {
  static const auto call = next_of(::fsync, "fsync");
  return recorded_sync(Kind::fsync, fd, call);
}

int ftruncate(int fd, off_t length) noexcept {
  static const auto call = next_of(::ftruncate, "ftruncate");
  return recorded({.kind = Kind::truncate, .fd = fd, .length = static_cast<uint64_t>(length)},
                  [&] { return call(fd, length); });
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  static const auto call = next_of(::fallocate, "fallocate");
  return recorded({.kind = Kind::allocate,
                   .fd = fd,
                   .flags = static_cast<uint32_t>(mode),
                   .offset = static_cast<uint64_t>(offset),
                   .length = static_cast<uint64_t>(length)},
                  [&] {
                    const bool punch = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
                    if (punch && recorder != nullptr) recorder->punching();
                    return call(fd, mode, offset, length);
                  });
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  static const auto call = next_of(::posix_fallocate, "posix_fallocate");
  return recorded({.kind = Kind::allocate,
                   .fd = fd,
                   .offset = static_cast<uint64_t>(offset),
                   .length = static_cast<uint64_t>(length)},
                  [&] { return call(fd, offset, length); });
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) noexcept {
  static const auto call = next_of(::renameat, "renameat");
  const auto from_name = recorded_name(from_fd, from);
  const auto to_name = recorded_name(to_fd, to);
  if (!from_name && !to_name) return call(from_fd, from, to_fd, to);
  if (!from_name || !to_name) {
    std::fprintf(stderr, "recorder: rename across the recorded directory: %s %s\n", from, to);
    std::abort();
  }
  const std::lock_guard lock(recorder->mutex);
  const int result = call(from_fd, from, to_fd, to);
  if (result == 0) recorder->did({.kind = Kind::rename}, *from_name, *to_name);
  return result;
}

int unlinkat(int base_fd, const char* path, int flags) noexcept {
  static const auto call = next_of(::unlinkat, "unlinkat");
  const Kind kind = (flags & AT_REMOVEDIR) != 0 ? Kind::rmdir : Kind::unlink;
  return recorded({.kind = kind}, base_fd, path, [&] { return call(base_fd, path, flags); });
}

int mkdirat(int base_fd, const char* path, mode_t mode) noexcept {
  static const auto call = next_of(::mkdirat, "mkdirat");
  return recorded({.kind = Kind::mkdir, .mode = static_cast<uint32_t>(mode)}, base_fd, path,
                  [&] { return call(base_fd, path, mode); });
}

int rename(const char* from, const char* to) noexcept {
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlink(const char* path) noexcept {
  return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char* path) noexcept {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char* path) noexcept {
  const int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  return mkdirat(AT_FDCWD, path, mode);
}

// The names that the C library has for 64-bit offsets are the same functions.
[[gnu::alias("fopen")]] FILE* fopen64(const char*, const char*);
[[gnu::alias("pwrite")]] ssize_t pwrite64(int, const void*, size_t, off64_t);
[[gnu::alias("pwritev")]] ssize_t pwritev64(int, const iovec*, int, off64_t);
[[gnu::alias("ftruncate")]] int ftruncate64(int, off64_t) noexcept;
[[gnu::alias("fallocate")]] int fallocate64(int, int, off64_t, off64_t);
[[gnu::alias("posix_fallocate")]] int posix_fallocate64(int, off64_t, off64_t);
}
