// Derived tables and sums that no single row can show to be right.

#include <fmt/format.h>

#include <algorithm>

#include "storage/catalog/names.h"
#include "storage/verify/verifier.h"

namespace dobson::storage {

void Verifier::check_parent(const std::string& path, ObjectId id, ObjectId parent,
                            std::string_view name) {
  ++parents_;
  const auto row = get(txn_, catalog::parents, id);
  if (row && row->parent == parent && row->name == name) return;
  find(catalog::parents.name, path, row ? "not where it stands" : "missing");
}

// Those that have a row were looked at; there must be no others.
void Verifier::check_parents() {
  const std::uint64_t rows = txn_.rows(catalog::parents.index);
  if (rows == parents_) return;
  find(catalog::parents.name, "", fmt::format("{} rows for {} parents", rows, parents_));
}

void Verifier::check_container_keys() {
  TableCursor rows(txn_, catalog::container_keys);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const ContainerKey id = rows.key();
    check_container_key(id, rows.record());
    ++in_containers_[id.container].keys;
  }
}

void Verifier::check_container_key(const ContainerKey& id, const ContainerKeyRecord& row) {
  const std::string name = id.name + row.rest;
  const auto name_row = find_name(txn_, id.parent, name);
  const auto found = name_row ? decode<NameRow>(*name_row) : Result<NameRow>(NameRow{});
  const auto* key = found.ok() ? std::get_if<KeyRecord>(&*found) : nullptr;
  const bool has_blocks = key != nullptr && key->id == id.content &&
                          std::ranges::any_of(key->blocks, [&](const BlockRef& block) {
                            return block.id.container == id.container;
                          });
  if (has_blocks) return;
  find(catalog::container_keys.name, text_of(NameKey{id.parent, name}),
       fmt::format("has no blocks in container {}", id.container.value));
}

void Verifier::check_tally(const std::string& path, const char* of, const Tally& stored,
                           const Tally& counted) {
  if (stored == counted) return;
  find(catalog::names.name, path,
       fmt::format("{}: {} of {} bytes, with copies {}; counted {}, {}, {}", of, stored.rows,
                   stored.bytes, stored.replicated_bytes, counted.rows, counted.bytes,
                   counted.replicated_bytes));
}

void Verifier::check_sums() {
  check_totals("below deleted directories", state_.deleted, all_taken_.deleted);
  check_tally("/", "parts", state_.parts, all_taken_.parts);
  check_tally("/", "deleted keys", state_.deleted_keys, all_taken_.deleted_keys);
  check_tally("/", "deleted blocks", state_.deleted_blocks, deleted_blocks_);
  NameScan volumes(txn_, root_id, {}, {});
  while (volumes.next()) {
    const auto volume = decode_name_row<VolumeRecord>(volumes.name(), volumes.row());
    NameScan buckets(txn_, volume.id, {}, {});
    while (buckets.next()) {
      const auto bucket = decode_name_row<BucketRecord>(buckets.name(), buckets.row());
      const std::string path = printable(volumes.name()) + "/" + printable(buckets.name());
      const Taken& counted = taken_[bucket.id];
      check_totals(path + ", deleted", bucket.deleted, counted.deleted);
      check_tally(path, "parts", bucket.parts, counted.parts);
      check_tally(path, "deleted keys", bucket.deleted_keys, counted.deleted_keys);
    }
  }
}

}  // namespace dobson::storage
