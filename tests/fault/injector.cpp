// libinjector.so: preloaded into a server, it makes operations on files below one directory fail.
//
//   LD_PRELOAD=libinjector.so
//   DOBSON_FAULT_DIR=DIR      whose parent exists
//   DOBSON_FAULT=PLAN         which calls are counted, and how one of them fails (`plans`)
//   DOBSON_FAULT_AT=K         the Kth of them, from 1, fails; 0: none
//
// Standard error tells which call failed, and at the end of the process how many were counted. A
// call that fails does nothing; a short write writes the first half.
//
// Not seen: reads through a map, locks, and what recorder.cpp does not see.

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/preload.h"

namespace dobson::fault {
namespace {

using crash::next_of;

enum Kind : unsigned {
  look = 1,  // open what is there, to read
  read_ = 2,
  open_ = 4,  // what is there, to write
  make = 8,   // a file or a directory
  write_ = 16,
  grow = 32,
  shrink = 64,
  name = 128,  // rename, remove
  sync_ = 256,
  map = 512,
};

constexpr unsigned changes = open_ | make | write_ | grow | shrink | name | sync_;
constexpr int half = 0;  // instead of an error

struct Plan {
  std::string_view name;
  unsigned kinds;
  int error;
  bool goes_on;  // all that follow fail as well
};

constexpr std::array plans = {
    Plan{"io-once", changes | look | read_ | map, EIO, false},
    Plan{"io-on", changes, EIO, true},
    Plan{"reads-on", read_, EIO, true},
    Plan{"space-once", make | write_ | grow, ENOSPC, false},
    Plan{"space-on", make | write_ | grow, ENOSPC, true},
    Plan{"short", write_, half, false},
};

class Injector {
 public:
  Injector(const Plan& plan, const char* directory, std::uint64_t at)
      : plan_(plan), directory_(directory), at_(at) {}

  // What becomes of a call on `path`, as in openat: nothing, or the plan's error.
  std::optional<int> fault(Kind kind, const char* call, int base_fd, const char* path) {
    if ((plan_.kinds & kind) == 0) return std::nullopt;
    const auto name = directory_.relative(base_fd, path);
    if (!name) return std::nullopt;
    const std::uint64_t number = ++counted_;
    if (at_ == 0 || number < at_ || (number > at_ && !plan_.goes_on)) return std::nullopt;
    if (number == at_) {
      const char* what = plan_.error == half ? "half of it" : std::strerror(plan_.error);
      dprintf(STDERR_FILENO, "injector: call %lu, %s %s: %s\n", number, call, name->c_str(), what);
    }
    return plan_.error;
  }

  void tell() const { dprintf(STDERR_FILENO, "injector: %lu calls\n", counted_.load()); }

 private:
  const Plan& plan_;
  const crash::Directory directory_;
  const std::uint64_t at_;
  std::atomic<std::uint64_t> counted_ = 0;
};

// Set before main; never destroyed, for threads may outlive it. Until then calls pass through.
Injector* injector = nullptr;

[[gnu::constructor]] void begin() {
  const char* directory = std::getenv("DOBSON_FAULT_DIR");
  const char* wanted = std::getenv("DOBSON_FAULT");
  const char* at = std::getenv("DOBSON_FAULT_AT");
  if (directory == nullptr || wanted == nullptr || at == nullptr) return;
  const auto plan = std::ranges::find(plans, std::string_view(wanted), &Plan::name);
  if (plan == plans.end()) std::abort();
  injector = new Injector(*plan, directory, std::strtoull(at, nullptr, 10));
}

[[gnu::destructor]] void end() {
  if (injector != nullptr) injector->tell();
}

// `call`, or -1 and errno in its place.
template <class Call>
auto injected(Kind kind, const char* name, int base_fd, const char* path, Call call) {
  const auto fault = injector ? injector->fault(kind, name, base_fd, path) : std::nullopt;
  if (!fault) return call();
  errno = *fault;
  return decltype(call())(-1);
}

template <class Call>
auto injected(Kind kind, const char* name, int fd, Call call) {
  return injected(kind, name, fd, "", call);
}

// `call` writes the parts that it is given.
template <class Call>
ssize_t injected_write(const char* name, int fd, std::span<const iovec> parts, Call call) {
  const auto fault = injector ? injector->fault(write_, name, fd, "") : std::nullopt;
  if (!fault) return call(parts);
  if (*fault != half) {
    errno = *fault;
    return -1;
  }
  std::size_t left = 0;
  for (const iovec& part : parts) left += part.iov_len;
  left = (left + 1) / 2;
  std::vector<iovec> first;
  for (iovec part : parts) {
    part.iov_len = std::min(part.iov_len, left);
    left -= part.iov_len;
    first.push_back(part);
  }
  return call(first);
}

Kind kind_of_open(int base_fd, const char* path, int flags) {
  if ((flags & O_ACCMODE) == O_RDONLY) return look;
  return (flags & O_CREAT) != 0 && faccessat(base_fd, path, F_OK, 0) != 0 ? make : open_;
}

}  // namespace
}  // namespace dobson::fault

int dobson::crash::on_open(int base_fd, const char* path, int flags, mode_t mode) {
  using namespace dobson::fault;
  static const auto call = next_of(::openat, "openat");
  if (injector == nullptr) return call(base_fd, path, flags, mode);
  return injected(kind_of_open(base_fd, path, flags), "open", base_fd, path,
                  [&] { return call(base_fd, path, flags, mode); });
}

using namespace dobson::fault;

extern "C" {

FILE* fopen(const char* path, const char* mode) {
  static const auto call = next_of(::fopen, "fopen");
  const auto kind = mode[0] == 'r' ? look : kind_of_open(AT_FDCWD, path, O_WRONLY | O_CREAT);
  const auto fault = injector ? injector->fault(kind, "fopen", AT_FDCWD, path) : std::nullopt;
  if (!fault) return call(path, mode);
  errno = *fault;
  return nullptr;
}

ssize_t read(int fd, void* into, size_t size) {
  static const auto call = next_of(::read, "read");
  return injected(read_, "read", fd, [&] { return call(fd, into, size); });
}

ssize_t pread(int fd, void* into, size_t size, off_t offset) {
  static const auto call = next_of(::pread, "pread");
  return injected(read_, "pread", fd, [&] { return call(fd, into, size, offset); });
}

ssize_t preadv2(int fd, const iovec* parts, int count, off_t offset, int flags) {
  static const auto call = next_of(::preadv2, "preadv2");
  return injected(read_, "preadv2", fd, [&] { return call(fd, parts, count, offset, flags); });
}

ssize_t write(int fd, const void* data, size_t size) {
  static const auto call = next_of(::writev, "writev");
  const iovec part{const_cast<void*>(data), size};
  return injected_write("write", fd, {&part, 1},
                        [&](auto parts) { return call(fd, parts.data(), parts.size()); });
}

ssize_t writev(int fd, const iovec* all, int count) {
  static const auto call = next_of(::writev, "writev");
  return injected_write("writev", fd, {all, static_cast<size_t>(count)},
                        [&](auto parts) { return call(fd, parts.data(), parts.size()); });
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static const auto call = next_of(::pwritev, "pwritev");
  const iovec part{const_cast<void*>(data), size};
  return injected_write("pwrite", fd, {&part, 1},
                        [&](auto parts) { return call(fd, parts.data(), parts.size(), offset); });
}

ssize_t pwritev(int fd, const iovec* all, int count, off_t offset) {
  static const auto call = next_of(::pwritev, "pwritev");
  return injected_write("pwritev", fd, {all, static_cast<size_t>(count)},
                        [&](auto parts) { return call(fd, parts.data(), parts.size(), offset); });
}

int fdatasync(int fd) {
  static const auto call = next_of(::fdatasync, "fdatasync");
  return injected(sync_, "fdatasync", fd, [&] { return call(fd); });
}

int fsync(int fd) {
  static const auto call = next_of(::fsync, "fsync");
  return injected(sync_, "fsync", fd, [&] { return call(fd); });
}

int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags) {
  static const auto call = next_of(::sync_file_range, "sync_file_range");
  return injected(sync_, "sync_file_range", fd, [&] { return call(fd, offset, size, flags); });
}

int ftruncate(int fd, off_t length) noexcept {
  static const auto call = next_of(::ftruncate, "ftruncate");
  return injected(length == 0 ? shrink : grow, "ftruncate", fd, [&] { return call(fd, length); });
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  static const auto call = next_of(::fallocate, "fallocate");
  const bool punches = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
  return injected(punches ? shrink : grow, "fallocate", fd,
                  [&] { return call(fd, mode, offset, length); });
}

void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  static const auto call = next_of(::mmap, "mmap");
  const auto map_it = [&] { return call(at, size, protection, flags, fd, offset); };
  return fd < 0 ? map_it()
                : reinterpret_cast<void*>(injected(
                      map, "mmap", fd, [&] { return reinterpret_cast<intptr_t>(map_it()); }));
}

int renameat(int from_fd, const char* from, int to_fd, const char* to) noexcept {
  static const auto call = next_of(::renameat, "renameat");
  return injected(name, "rename", to_fd, to, [&] { return call(from_fd, from, to_fd, to); });
}

int unlinkat(int base_fd, const char* path, int flags) noexcept {
  static const auto call = next_of(::unlinkat, "unlinkat");
  return injected(name, "unlink", base_fd, path, [&] { return call(base_fd, path, flags); });
}

int mkdirat(int base_fd, const char* path, mode_t mode) noexcept {
  static const auto call = next_of(::mkdirat, "mkdirat");
  return injected(make, "mkdir", base_fd, path, [&] { return call(base_fd, path, mode); });
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
[[gnu::alias("pread")]] ssize_t pread64(int, void*, size_t, off64_t);
[[gnu::alias("preadv2")]] ssize_t preadv64v2(int, const iovec*, int, off64_t, int);
[[gnu::alias("pwrite")]] ssize_t pwrite64(int, const void*, size_t, off64_t);
[[gnu::alias("pwritev")]] ssize_t pwritev64(int, const iovec*, int, off64_t);
[[gnu::alias("ftruncate")]] int ftruncate64(int, off64_t) noexcept;
[[gnu::alias("fallocate")]] int fallocate64(int, int, off64_t, off64_t);
[[gnu::alias("mmap")]] void* mmap64(void*, size_t, int, int, int, off64_t) noexcept;
}
