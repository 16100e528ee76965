#include "bench/load/names.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

#include "core/base/splitmix.h"

namespace dobson::bench {

void append_ascending_name(std::string& out, std::uint64_t index) {
  constexpr std::string_view endings[] = {"", ".gz", ".csv", ".json", ".parquet"};
  const std::uint64_t hash = mix(index + 1);
  fmt::format_to(std::back_inserter(out), "datasets/p{:03}/run-{:05}/part-{:08}-{:08x}{}",
                 index / 100'000, index / 1000, index, hash >> 32, endings[hash % 5]);
}

void append_scattered_name(std::string& out, std::uint64_t random) {
  fmt::format_to(std::back_inserter(out), "incoming/{:016x}/IMG_{:04x}.jpg", random,
                 random & 0xffff);
}

}  // namespace dobson::bench
