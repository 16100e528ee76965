#include "storage/verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/limits.h"
#include "storage/catalog/names.h"

namespace dobson::storage {

void Verifier::check_containers() {
  TableCursor rows(txn_, catalog::containers);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const std::uint64_t id = rows.key().value;
    if (id > 0 && id < state_.next_container) continue;
    find(catalog::containers.name, std::to_string(id), "its id was never drawn");
  }
}

void Verifier::check_blocks() {
  TableCursor rows(txn_, catalog::blocks);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    check_block_row(rows.key(), rows.record());
  }
}

void Verifier::check_block_row(const BlockKey& id, const BlockRecord& row) {
  const char* table = catalog::blocks.name;
  if (!contains(txn_, catalog::containers, id.block.container)) {
    find(table, describe(id.block), "no such container");
  }
  if (contains(txn_, catalog::deleted_blocks, id.block)) {
    find(table, describe(id.block), "deleted as well");
  }
  if (!has_block(id, row)) {
    find(table, describe(id.block), fmt::format("key {} does not have it", path_of(id, row)));
  }
  if (!options_.check_block) return;
  const Status status = options_.check_block({id.block, row.length});
  if (!status.ok()) {
    find(table, describe(id.block),
         fmt::format("bytes of key {}: {}", path_of(id, row), status.error().detail));
  }
}

// Whether the content that the row names has the block.
bool Verifier::has_block(const BlockKey& id, const BlockRecord& row) const {
  const auto has = [block = BlockRef{id.block, row.length}](const std::vector<BlockRef>& blocks) {
    return std::ranges::find(blocks, block) != blocks.end();
  };
  if (const auto key = get(txn_, catalog::deleted_keys, id.content)) return has(key->blocks);
  const auto name_row = find_name(txn_, row.parent, row.name);
  if (!name_row) return false;
  const auto content = decode<NameRow>(*name_row);
  if (!content.ok()) return false;
  if (const auto* key = std::get_if<KeyRecord>(&*content)) {
    return key->id == id.content && has(key->blocks);
  }
  const auto* part = std::get_if<PartRecord>(&*content);
  return part != nullptr && part->id == id.content && has(part->blocks);
}

void Verifier::check_deleted_blocks() {
  TableCursor rows(txn_, catalog::deleted_blocks);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    if (!contains(txn_, catalog::containers, rows.key().container)) {
      find(catalog::deleted_blocks.name, describe(rows.key()), "no such container");
    }
  }
}

void Verifier::check_deleted_keys() {
  TableCursor rows(txn_, catalog::deleted_keys);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const DeletedKeyRecord key = rows.record();
    const std::string path = "deleted " + printable(key.path);
    if (key.blocks.empty()) find(catalog::deleted_keys.name, path, "without blocks");
    for (const auto& [id, length] : key.blocks) {
      const auto row = get(txn_, catalog::blocks, {id, rows.key()});
      if (row && row->length == length) continue;
      find(catalog::blocks.name, describe(id), "not as " + path + " has it");
    }
  }
}

std::string Verifier::path_of(const BlockKey& id, const BlockRecord& row) const {
  if (const auto key = get(txn_, catalog::deleted_keys, id.content)) {
    return "deleted " + printable(key->path);
  }
  if (const auto upload = get(txn_, catalog::uploads, row.parent)) {
    return "upload " + printable(upload->path);
  }
  NameScan volumes(txn_, root_id, {}, {});
  while (volumes.next()) {
    const auto volume = decode_name_row<VolumeRecord>(volumes.name(), volumes.row());
    NameScan buckets(txn_, volume.id, {}, {});
    while (buckets.next()) {
      const auto bucket = decode_name_row<BucketRecord>(buckets.name(), buckets.row());
      const std::string path = printable(volumes.name()) + "/" + printable(buckets.name()) + "/";
      if (bucket.id == row.parent) return path + printable(row.name);
      if (bucket.layout == Layout::object_store) continue;
      NameScan names(txn_, bucket.id, {}, {}, NameScan::Depth::tree);
      while (names.next()) {
        if (!is_row_of<DirectoryRecord>(names.row())) continue;
        const auto front = decode_name_row<DirectoryRecord, ParentFront>(names.name(), names.row());
        if (front.id == row.parent) return path + printable(names.name()) + printable(row.name);
      }
    }
  }
  return text_of(NameKey{row.parent, row.name});
}

}  // namespace dobson::storage
