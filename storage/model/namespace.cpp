#include "storage/model/namespace.h"

#include <algorithm>
#include <bit>

namespace dobson::storage {

unsigned copies_of(Replication replication) {
  return replication == Replication::three ? 3 : 1;
}

int size_bin(std::uint64_t size) {
  if (size >= 1ULL << 50) return size_bins - 1;
  const int power = size <= 1 ? 0 : std::bit_width(size - 1);  // least p with 2^p >= size
  return std::max(0, power - 10);
}

std::uint64_t length_of(std::span<const BlockRef> blocks) {
  std::uint64_t length = 0;
  for (const BlockRef& block : blocks) length += block.length;
  return length;
}

void Totals::add_key(std::uint64_t size, Replication replication) {
  ++keys;
  bytes += size;
  replicated_bytes += size * copies_of(replication);
  ++keys_by_size[size_bin(size)];
}

void Totals::remove_key(std::uint64_t size, Replication replication) {
  --keys;
  bytes -= size;
  replicated_bytes -= size * copies_of(replication);
  --keys_by_size[size_bin(size)];
}

void Totals::add_directory(const Totals& inside) {
  directories += 1 + inside.directories;
  keys += inside.keys;
  bytes += inside.bytes;
  replicated_bytes += inside.replicated_bytes;
  for (int bin = 0; bin < size_bins; ++bin) keys_by_size[bin] += inside.keys_by_size[bin];
}

void Totals::remove_directory(const Totals& inside) {
  directories -= 1 + inside.directories;
  keys -= inside.keys;
  bytes -= inside.bytes;
  replicated_bytes -= inside.replicated_bytes;
  for (int bin = 0; bin < size_bins; ++bin) keys_by_size[bin] -= inside.keys_by_size[bin];
}

}  // namespace dobson::storage
