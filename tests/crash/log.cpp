#include "tests/crash/log.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <system_error>

namespace dobson::crash {

namespace {
constexpr uint64_t body_offset = 4096;
constexpr uint64_t alignment = 8;
}  // namespace

Log::Log(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::ftruncate(fd, log_capacity) != 0)
    throw std::system_error(errno, std::generic_category(), path.string());
  void* map = ::mmap(nullptr, log_capacity, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (map == MAP_FAILED) throw std::system_error(errno, std::generic_category(), path.string());
  map_ = static_cast<char*>(map);
}

Log::~Log() {
  ::munmap(map_, log_capacity);
}

Log::Header* Log::header() const {
  return reinterpret_cast<Header*>(map_);
}

char* Log::body() const {
  return map_ + body_offset;
}

uint64_t Log::size_of(const Head& head) {
  const uint64_t size = sizeof(head) + head.path_size + head.data_size;
  return (size + alignment - 1) / alignment * alignment;
}

void Log::append(Head head, std::string_view path, std::span<const iovec> data) {
  head.path_size = path.size();
  for (const iovec& part : data) head.data_size += part.iov_len;
  const uint64_t bytes = header()->bytes.load(std::memory_order_relaxed);
  const uint64_t end = bytes + size_of(head);
  if (body_offset + end > log_capacity) throw std::length_error("the log of operations is full");

  char* out = body() + bytes;
  std::memcpy(out, &head, sizeof(head));
  out += sizeof(head);
  out += path.copy(out, path.size());
  for (const iovec& part : data) {
    std::memcpy(out, part.iov_base, part.iov_len);
    out += part.iov_len;
  }
  header()->bytes.store(end, std::memory_order_relaxed);
  header()->records.fetch_add(1, std::memory_order_release);
}

uint64_t Log::records() const {
  return header()->records.load(std::memory_order_acquire);
}

std::string_view Log::bytes() const {
  return {body(), header()->bytes.load(std::memory_order_acquire)};
}

}  // namespace dobson::crash
