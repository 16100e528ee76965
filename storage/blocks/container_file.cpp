#include "storage/blocks/container_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "storage/blocks/block_format.h"
#include "storage/env/directory.h"

namespace dobson::storage {

namespace {

Error error_of_call(const char* call, const std::filesystem::path& path) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT;
  const bool many = number == EMFILE || number == ENFILE;
  return Error{.code = full   ? Errc::out_of_space
                       : many ? Errc::overloaded
                              : Errc::io,
               .detail = fmt::format("{} {}: {}", call, path.native(), std::strerror(number))};
}

// Repeats pwritev or preadv after a short transfer, until `parts` are done or nothing moves. The
// bytes moved, or -1 and errno.
template <class Call>
ssize_t transfer(Call call, int fd, std::array<iovec, 2> parts, std::uint64_t offset) {
  ssize_t moved = 0;
  while (parts[1].iov_len > 0) {
    const ssize_t step = call(fd, parts.data(), 2, static_cast<off_t>(offset) + moved);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return -1;
    if (step == 0) break;
    moved += step;
    auto left = static_cast<std::size_t>(step);
    for (iovec& part : parts) {
      const std::size_t done = std::min(left, part.iov_len);
      part.iov_base = static_cast<std::byte*>(part.iov_base) + done;
      part.iov_len -= done;
      left -= done;
    }
  }
  return moved;
}

std::array<iovec, 2> gather(std::span<const std::byte> data, std::uint32_t& crc) {
  return {iovec{const_cast<std::byte*>(data.data()), data.size()}, iovec{&crc, sizeof crc}};
}

std::uint64_t part_position(BlockId block, std::uint64_t number) {
  return block.local + number * part_stride;
}

}  // namespace

Result<std::shared_ptr<ContainerFile>> ContainerFile::create(const std::filesystem::path& directory,
                                                             ContainerId id,
                                                             std::uint64_t allocate) {
  const auto path = directory / container_file_name(id);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return error_of_call("open", path);
  const std::shared_ptr<ContainerFile> file(new ContainerFile(id, fd, path));
  const ContainerHeader header = container_header(id);
  const ssize_t written = ::pwrite(fd, header.data(), header.size(), 0);
  if (written < 0) return file->failure("pwrite");
  if (static_cast<std::size_t>(written) < header.size()) return Error{Errc::out_of_space};
  if (file->has_plenty(allocate)) TRY(file->allocate(0, allocate));
  TRY(file->sync());
  TRY(sync_directory(directory));
  return file;
}

Result<std::shared_ptr<ContainerFile>> ContainerFile::open(const std::filesystem::path& directory,
                                                           ContainerId id) {
  const auto path = directory / container_file_name(id);
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) {
    return Error{.code = Errc::corrupt, .detail = path.native() + " is missing"};
  }
  if (fd < 0) return error_of_call("open", path);
  std::shared_ptr<ContainerFile> file(new ContainerFile(id, fd, path));
  TRY(file->check_header());
  return file;
}

Status ContainerFile::remove(const std::filesystem::path& directory, ContainerId id) {
  const auto path = directory / container_file_name(id);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return error_of_call("unlink", path);
  return sync_directory(directory);
}

ContainerFile::~ContainerFile() {
  ::close(fd_);
}

Error ContainerFile::failure(const char* call) const {
  return error_of_call(call, path_);
}

Error ContainerFile::damaged(std::string what) const {
  return Error{.code = Errc::corrupt, .detail = path_.native() + ": " + std::move(what)};
}

Status ContainerFile::check_header() const {
  ContainerHeader found{};
  const ssize_t got = ::pread(fd_, found.data(), found.size(), 0);
  if (got < 0) return failure("pread");
  if (found != container_header(id_)) {
    return damaged("its header is not that of a container file of this format and id");
  }
  return {};
}

Status ContainerFile::write_part(BlockId block, std::uint64_t number,
                                 std::span<const std::byte> data) {
  std::uint32_t crc = part_crc(block, number, data);
  const ssize_t written = transfer(::pwritev, fd_, gather(data, crc), part_position(block, number));
  if (written < 0) return failure("pwrite");
  DOBSON_ASSERT(static_cast<std::size_t>(written) == data.size() + sizeof crc);
  return {};
}

Status ContainerFile::read_part(BlockId block, std::uint64_t number, std::span<std::byte> out,
                                Reading reading) const {
  std::uint32_t crc = 0;
  const auto read = [reading](int fd, const iovec* into, int count, off_t offset) {
    return ::preadv2(fd, into, count, offset, reading == Reading::at_once ? RWF_NOWAIT : 0);
  };
  const ssize_t got = transfer(read, fd_, gather(out, crc), part_position(block, number));
  if (got < 0) return failure("pread");
  if (static_cast<std::size_t>(got) < out.size() + sizeof crc) {
    return damaged(fmt::format("ends inside part {} of block {}", number, block.local));
  }
  if (crc != part_crc(block, number, out)) {
    return damaged(fmt::format("checksum of part {} of block {}", number, block.local));
  }
  return {};
}

Status ContainerFile::allocate(std::uint64_t begin, std::uint64_t end) {
  if (::fallocate(fd_, 0, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) != 0) {
    return failure("fallocate");
  }
  return {};
}

bool ContainerFile::has_plenty(std::uint64_t bytes) const {
  struct statvfs status{};
  return ::fstatvfs(fd_, &status) != 0 || status.f_bavail * status.f_frsize / 2 >= bytes;
}

Status ContainerFile::punch(std::uint64_t begin, std::uint64_t end) {
  constexpr int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  if (::fallocate(fd_, mode, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) != 0) {
    return failure("fallocate");
  }
  return {};
}

Result<std::uint64_t> ContainerFile::count_used(std::uint64_t begin, std::uint64_t end,
                                                std::uint64_t enough) const {
  constexpr std::uint64_t stretch = 4096;
  std::array<std::byte, 16 * stretch> buffer;
  std::uint64_t used = 0;
  while (begin < end && used < enough) {
    const off_t data = ::lseek(fd_, static_cast<off_t>(begin), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // only a hole up to the end of the file
    if (data < 0) return failure("lseek");
    begin = static_cast<std::uint64_t>(data);
    if (begin >= end) break;
    const std::size_t wanted = std::min<std::uint64_t>(end - begin, buffer.size());
    const ssize_t got = ::pread(fd_, buffer.data(), wanted, data);
    if (got < 0) return failure("pread");
    if (got == 0) break;
    const auto bytes = std::span(buffer).first(static_cast<std::size_t>(got));
    for (std::size_t at = 0; at < bytes.size(); at += stretch) {
      const auto piece = bytes.subspan(at, std::min<std::size_t>(stretch, bytes.size() - at));
      if (std::ranges::any_of(piece, [](std::byte byte) { return byte != std::byte{0}; })) {
        used += piece.size();
      }
    }
    begin += bytes.size();
  }
  return used;
}

Status ContainerFile::sync() {
  if (::fdatasync(fd_) != 0) return failure("fdatasync");
  struct stat found{};
  if (::fstat(fd_, &found) != 0) return failure("fstat");
  if (found.st_nlink == 0) return damaged("the file was removed");
  return {};
}

void ContainerFile::start_writeback(std::uint64_t begin, std::uint64_t end) {
  // A failure is found again by the sync.
  ::sync_file_range(fd_, static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                    SYNC_FILE_RANGE_WRITE);
}

Result<ContainerFile::Look> ContainerFile::look() const {
  struct stat found{};
  if (::fstat(fd_, &found) != 0) return failure("fstat");
  const auto& modified = found.st_mtim;
  return Look{{modified.tv_sec * 1'000'000'000 + modified.tv_nsec,
               static_cast<std::uint64_t>(found.st_size)},
              static_cast<std::uint64_t>(found.st_blocks) * 512,
              found.st_ino};
}

Result<std::uint64_t> ContainerFile::size() const {
  struct stat found{};
  if (::fstat(fd_, &found) != 0) return failure("fstat");
  return static_cast<std::uint64_t>(found.st_size);
}

Result<std::uint64_t> ContainerFile::allocated_bytes() const {
  struct stat found{};
  if (::fstat(fd_, &found) != 0) return failure("fstat");
  return static_cast<std::uint64_t>(found.st_blocks) * 512;
}

Status read_block(const ContainerFile& file, const BlockRef& block, std::uint64_t offset,
                  std::span<std::byte> out, Reading reading) {
  DOBSON_ASSERT(offset <= block.length && out.size() <= block.length - offset);
  thread_local std::vector<std::byte> whole_part;
  while (!out.empty()) {
    const std::uint64_t number = offset / limits::part_bytes;
    const std::uint64_t start = number * limits::part_bytes;
    const std::uint64_t length = std::min<std::uint64_t>(limits::part_bytes, block.length - start);
    const std::uint64_t skip = offset - start;
    const std::uint64_t taken = std::min<std::uint64_t>(length - skip, out.size());
    if (taken == length) {
      TRY(file.read_part(block.id, number, out.first(length), reading));
    } else {
      whole_part.resize(length);
      TRY(file.read_part(block.id, number, whole_part, reading));
      std::memcpy(out.data(), whole_part.data() + skip, taken);
    }
    offset += taken;
    out = out.subspan(taken);
  }
  return {};
}

}  // namespace dobson::storage
