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

std::vector<ContainerId> containers_of(std::span<const BlockRef> blocks) {
  std::vector<ContainerId> containers;
  for (const BlockRef& block : blocks) {
    const bool again = !containers.empty() && containers.back() == block.id.container;
    if (!again) containers.push_back(block.id.container);
  }
  std::ranges::sort(containers);
  const auto copies = std::ranges::unique(containers);
  containers.erase(copies.begin(), copies.end());
  return containers;
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

void Totals::add(const Totals& inside) {
  directories += inside.directories;
  keys += inside.keys;
  bytes += inside.bytes;
  replicated_bytes += inside.replicated_bytes;
  for (int bin = 0; bin < size_bins; ++bin) keys_by_size[bin] += inside.keys_by_size[bin];
}

void Totals::remove(const Totals& inside) {
  directories -= inside.directories;
  keys -= inside.keys;
  bytes -= inside.bytes;
  replicated_bytes -= inside.replicated_bytes;
  for (int bin = 0; bin < size_bins; ++bin) keys_by_size[bin] -= inside.keys_by_size[bin];
}

void Totals::add_directory(const Totals& inside) {
  ++directories;
  add(inside);
}

void Totals::remove_directory(const Totals& inside) {
  --directories;
  remove(inside);
}

void Tally::add(std::uint64_t size, Replication replication) {
  ++rows;
  bytes += size;
  replicated_bytes += size * copies_of(replication);
}

void Tally::remove(std::uint64_t size, Replication replication) {
  remove({1, size, size * copies_of(replication)});
}

void Tally::remove(const Tally& others) {
  rows -= others.rows;
  bytes -= others.bytes;
  replicated_bytes -= others.replicated_bytes;
}

}  // namespace dobson::storage
