#include "tools/dobsonctl/generated.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/base/limits.h"
#include "core/base/splitmix.h"

namespace dobson::ctl {

namespace {

constexpr std::uint64_t directory_keys = 100;
constexpr std::uint64_t directory_width = 32;  // directories in one

// What is drawn for a key; their order is part of what a seed stands for.
enum Purpose : std::uint64_t { for_name, for_size, for_deletion, for_md5 };

bool one_in(std::uint64_t many, std::uint64_t drawn) {
  return drawn % many == 0;
}

}  // namespace

Generated::Generated(const Shape& shape) : shape_(shape), sizes_(limits::GiB / limits::KiB, 1.2) {}

std::string Generated::volume(std::uint64_t bucket) const {
  return fmt::format("volume-{:03}", bucket / shape_.buckets);
}

std::string Generated::bucket(std::uint64_t bucket) const {
  return fmt::format("bucket-{:04}", bucket % shape_.buckets);
}

storage::Layout Generated::layout(std::uint64_t bucket) const {
  return bucket % 2 == 0 ? storage::Layout::object_store : storage::Layout::file_system_optimized;
}

std::uint64_t Generated::keys(std::uint64_t bucket) const {
  const std::uint64_t all = buckets();
  return shape_.keys / all + (bucket < shape_.keys % all ? 1 : 0);
}

std::string Generated::name(std::uint64_t bucket, std::uint64_t index) const {
  constexpr std::string_view endings[] = {"", ".gz", ".csv", ".json", ".parquet"};
  constexpr std::uint64_t longest_ending = 8;
  const std::uint64_t directory = index / directory_keys;
  const std::uint64_t drawn = draw(bucket, index, for_name);
  std::string name = fmt::format("year-{:04}/day-{:02}/hour-{:02}/part-{:09}-{:08x}",
                                 directory / (directory_width * directory_width),
                                 directory / directory_width % directory_width,
                                 directory % directory_width, index, drawn >> 32);
  if (one_in(200, drawn)) {
    const std::uint64_t most = limits::key_name_bytes - longest_ending - name.size();
    name.append(1 + (drawn >> 8) % most, static_cast<char>('a' + drawn % 26));
  }
  return name.append(endings[(drawn >> 16) % std::size(endings)]);
}

std::uint64_t Generated::size(std::uint64_t bucket, std::uint64_t index) const {
  std::uint64_t drawn = draw(bucket, index, for_size);
  if (one_in(50, drawn)) return 0;
  return sizes_.draw(drawn) * limits::KiB + 1 + mix(drawn) % limits::KiB;
}

bool Generated::is_deleted(std::uint64_t bucket, std::uint64_t index) const {
  constexpr double unit = 0x1p-64;
  return static_cast<double>(draw(bucket, index, for_deletion)) * unit < shape_.deleted;
}

storage::Md5 Generated::md5(std::uint64_t bucket, std::uint64_t index) const {
  const std::uint64_t drawn[] = {draw(bucket, index, for_md5), index};
  storage::Md5 md5;
  static_assert(sizeof md5 == sizeof drawn);
  std::memcpy(&md5, drawn, sizeof md5);
  return md5;
}

std::uint64_t Generated::draw(std::uint64_t bucket, std::uint64_t index,
                              std::uint64_t purpose) const {
  return mix(mix(mix(shape_.seed) + bucket) + 4 * index + purpose);
}

}  // namespace dobson::ctl
