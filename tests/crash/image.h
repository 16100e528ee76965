#pragma once

// The bytes of a sparse file in memory. Copies are cheap: they share what they do not change.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

namespace dobson::crash {

class Image {
 public:
  void write(uint64_t offset, std::string_view data);  // grows the file
  void zero(uint64_t begin, uint64_t end);             // does not
  void resize(uint64_t size);
  void grow(uint64_t size);
  // Into an empty file. Throws std::system_error.
  void save(int fd) const;

 private:
  static constexpr uint64_t chunk_size = 64 << 10;
  using Chunk = std::array<char, chunk_size>;

  Chunk& own(std::shared_ptr<Chunk>& chunk);

  uint64_t size_ = 0;
  std::map<uint64_t, std::shared_ptr<Chunk>> chunks_;  // by offset; the rest is zeroes
};

}  // namespace dobson::crash
