#include "tests/crash/image.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <system_error>

namespace dobson::crash {

Image::Chunk& Image::own(std::shared_ptr<Chunk>& chunk) {
  if (!chunk)
    chunk = std::make_shared<Chunk>();
  else if (chunk.use_count() > 1)
    chunk = std::make_shared<Chunk>(*chunk);
  return *chunk;
}

void Image::write(uint64_t offset, std::string_view data) {
  grow(offset + data.size());
  while (!data.empty()) {
    const uint64_t within = offset % chunk_size;
    const uint64_t size = std::min<uint64_t>(data.size(), chunk_size - within);
    data.copy(own(chunks_[offset - within]).data() + within, size);
    data.remove_prefix(size);
    offset += size;
  }
}

void Image::zero(uint64_t begin, uint64_t end) {
  auto it = chunks_.lower_bound(begin - begin % chunk_size);
  while (it != chunks_.end() && it->first < end) {
    const uint64_t first = std::max(begin, it->first) - it->first;
    const uint64_t last = std::min(end - it->first, chunk_size);
    if (first == 0 && last == chunk_size) {
      it = chunks_.erase(it);
    } else {
      std::memset(own(it->second).data() + first, 0, last - first);
      ++it;
    }
  }
}

void Image::resize(uint64_t size) {
  zero(size, std::numeric_limits<uint64_t>::max());
  size_ = size;
}

void Image::grow(uint64_t size) {
  size_ = std::max(size_, size);
}

void Image::save(int fd) const {
  const auto check = [](bool done) {
    if (!done) throw std::system_error(errno, std::generic_category(), "image");
  };
  check(::ftruncate(fd, size_) == 0);
  for (const auto& [offset, chunk] : chunks_) {
    const uint64_t size = std::min(chunk_size, size_ - offset);
    check(::pwrite(fd, chunk->data(), size, offset) == static_cast<ssize_t>(size));
  }
}

}  // namespace dobson::crash
