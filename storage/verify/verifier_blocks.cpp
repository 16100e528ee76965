#include "storage/verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/limits.h"
#include "storage/catalog/names.h"

namespace dobson::storage {

void Verifier::check_containers() {
  std::array<std::uint64_t, container_states> states{};
  TableCursor rows(txn_, catalog::containers);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const ContainerId id = rows.key();
    const std::string text = std::to_string(id.value);
    if (id.value == 0 || id.value >= state_.next_container) {
      find(catalog::containers.name, text, "its id was never drawn");
    }
    const ContainerRecord stored = rows.record();
    const ContainerRecord& counted = in_containers_[id];
    ++states[static_cast<std::size_t>(stored.state)];
    if (stored.blocks != counted.blocks || stored.bytes != counted.bytes ||
        stored.keys != counted.keys) {
      find(catalog::containers.name, text,
           fmt::format("{} blocks of {} bytes for {} keys, counted {}, {}, {}", stored.blocks,
                       stored.bytes, stored.keys, counted.blocks, counted.bytes, counted.keys));
    }
    if (stored.state >= ContainerState::deleting && counted.blocks != 0) {
      find(catalog::containers.name, text, "deleted, with blocks");
    }
  }
  if (states != state_.containers) {
    find(catalog::meta.name, "containers", "not as many of each state as there are");
  }
}

void Verifier::check_blocks() {
  TableCursor rows(txn_, catalog::blocks);
  BlockId last;
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const BlockKey id = rows.key();
    const BlockRecord row = rows.record();
    check_block_row(id, row);
    if (id.block != last) count_block(id.block, row.length);
    last = id.block;
  }
}

void Verifier::count_block(BlockId block, std::uint64_t length) {
  ContainerRecord& container = in_containers_[block.container];
  ++container.blocks;
  container.bytes += length;
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
    const BlockId id = rows.key();
    const std::uint64_t length = rows.record().length;
    const auto container = get(txn_, catalog::containers, id.container);
    if (!container) find(catalog::deleted_blocks.name, describe(id), "no such container");
    count_block(id, length);
    deleted_blocks_.add(length, container ? container->replication : Replication::one);
  }
}

void Verifier::check_deleted_keys() {
  TableCursor rows(txn_, catalog::deleted_keys);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const DeletedKeyRecord key = rows.record();
    const std::string path = "deleted " + printable(key.path);
    if (key.blocks.empty()) find(catalog::deleted_keys.name, path, "without blocks");
    for (Taken* taken : {&all_taken_, &taken_[key.bucket]}) {
      taken->deleted_keys.add(key.size, key.replication);
    }
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
