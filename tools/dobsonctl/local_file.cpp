#include "tools/dobsonctl/local_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "core/base/limits.h"

namespace dobson::ctl {

namespace {

constexpr std::size_t read_bytes = 256 * limits::KiB;

Failure changed_failure() {
  return {.reason = "changed while it was being read"};
}

Try<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

Descriptor::~Descriptor() {
  if (valid()) ::close(number_);
}

LocalFile::LocalFile(Descriptor file, const struct stat& status)
    : file_(std::move(file)), opened_(status), size_(static_cast<std::uint64_t>(status.st_size)) {}

Try<LocalFile> LocalFile::open(int directory, const std::string& path, int flags) {
  // O_NONBLOCK: the open of a FIFO must not wait for a writer; it means nothing for a regular file.
  Descriptor file(::openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
  if (!file.valid()) return system_failure("cannot open");
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return system_failure("cannot read");
  if (S_ISDIR(status.st_mode))
    return Failure{.reason = "is a directory; 'dobsonctl load' sends those"};
  if (!S_ISREG(status.st_mode)) return Failure{.reason = "is not a regular file"};
  LocalFile opened(std::move(file), status);
  TRY(opened.hash());
  return opened;
}

Try<std::size_t> LocalFile::read_at(std::uint64_t offset, std::span<char> to) const {
  const std::size_t wanted = std::min<std::uint64_t>(to.size(), size_ - offset);
  std::size_t done = 0;
  while (done < wanted) {
    const ssize_t count =
        ::pread(file_.get(), to.data() + done, wanted - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot read");
    if (count == 0) return changed_failure();
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Try<void> LocalFile::hash() {
  Md5 digest;
  const bool keep = size_ <= limits::ctl_whole_file_bytes;
  std::string buffer(keep ? size_ : read_bytes, '\0');
  for (std::uint64_t offset = 0; offset < size_;) {
    const std::size_t count = TRY(read_at(offset, buffer));
    digest.update(std::string_view(buffer).substr(0, count));
    offset += count;
  }
  md5_ = digest.hex();
  if (keep) content_ = std::move(buffer);
  if (changed()) return changed_failure();
  return {};
}

Try<std::size_t> LocalFile::read(std::span<char> to) {
  std::size_t count = 0;
  if (size_ <= limits::ctl_whole_file_bytes)
    count = content_.copy(to.data(), to.size(), offset_);
  else
    count = TRY(read_at(offset_, to));
  offset_ += count;
  return count;
}

bool LocalFile::rewind() {
  offset_ = 0;
  return true;
}

bool LocalFile::changed() const {
  struct stat now = {};
  return ::fstat(file_.get(), &now) != 0 || now.st_size != opened_.st_size ||
         !same_time(now.st_mtim, opened_.st_mtim);
}

Try<std::size_t> InputPipe::read(std::span<char> to) {
  for (;;) {
    const ssize_t count = ::read(descriptor_, to.data(), to.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot read");
    begun_ = begun_ || count > 0;
    return static_cast<std::size_t>(count);
  }
}

Try<void> Receiver::write(std::string_view bytes) {
  digest_.update(bytes);
  return store(bytes);
}

bool Receiver::rewind() {
  digest_.restart();
  return forget();
}

Try<void> OutputPipe::store(std::string_view bytes) {
  begun_ = begun_ || !bytes.empty();
  return write_all(descriptor_, bytes);
}

NewFile::NewFile(int directory, Descriptor file, std::string name, std::string temporary)
    : directory_(directory),
      file_(std::move(file)),
      name_(std::move(name)),
      temporary_(std::move(temporary)) {}

Try<NewFile> NewFile::create(int directory, std::string name) {
  static std::atomic<unsigned> counter = 0;
  std::string temporary = fmt::format(".dobsonctl-{}-{}", ::getpid(), counter++);
  Descriptor file(
      ::openat(directory, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.valid()) return system_failure("cannot create a file");
  return NewFile(directory, std::move(file), std::move(name), std::move(temporary));
}

NewFile::~NewFile() {
  if (file_.valid()) ::unlinkat(directory_, temporary_.c_str(), 0);
}

Try<void> NewFile::store(std::string_view bytes) {
  return write_all(file_.get(), bytes);
}

bool NewFile::forget() {
  return ::ftruncate(file_.get(), 0) == 0 && ::lseek(file_.get(), 0, SEEK_SET) == 0;
}

Try<void> NewFile::commit() {
  if (::renameat(directory_, temporary_.c_str(), directory_, name_.c_str()) != 0)
    return system_failure("cannot rename the finished file");
  file_ = Descriptor();
  return {};
}

}  // namespace dobson::ctl
