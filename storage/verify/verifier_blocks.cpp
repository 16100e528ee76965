#include "storage/verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/limits.h"
#include "storage/catalog/names.h"
#include "storage/query/path.h"

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
    if (id.block.container != last.container) report_damage();
    check_block_row(id, row);
    if (id.block != last) count_block(id.block, row.length);
    last = id.block;
  }
  report_damage();
  for (const auto& [container, of] : block_rows_) {
    if (of.found == of.had) continue;
    find(catalog::blocks.name, fmt::format("container {}", container.value),
         fmt::format("{} rows, keys have {}", of.found, of.had));
  }
}

// A row for each block, and, by their number, no others.
void Verifier::check_blocks_of(const std::string& content_path, ObjectId content,
                               const std::vector<BlockRef>& blocks) {
  for (const auto& [id, length] : blocks) {
    const auto row = get(txn_, catalog::blocks, {id, content});
    if (row) ++block_rows_[id.container].had;
    if (row && row->length == length) continue;
    find(catalog::blocks.name, describe(id),
         fmt::format("{}; key {} has it", row ? "of another length" : "missing", content_path));
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
  ++block_rows_[id.block.container].found;
  if (!options_.check_block) return;
  const Status status = options_.check_block({id.block, row.length});
  if (status.ok()) return;
  damage_.push_back({id, status.error().detail});
  if (damage_.size() == limits::verify_damage) report_damage();
}

void Verifier::report_damage() {
  if (damage_.empty()) return;
  std::map<ObjectId, std::string> paths;  // by content
  for (const Damage& damage : damage_) paths[damage.key.content];
  const ContainerId container = damage_.front().key.block.container;
  TableCursor rows(txn_, catalog::container_keys);
  for (bool more = rows.seek({container, {}, {}, {}}); more; more = rows.next()) {
    const ContainerKey key = rows.key();
    if (key.container != container) break;
    const auto damaged = paths.find(key.content);
    if (damaged != paths.end()) damaged->second = path_in_container(key, rows.record());
  }
  for (auto& [content, path] : paths) {
    if (path.empty()) path = path_elsewhere(content);
  }
  for (const Damage& damage : damage_) {
    find(catalog::blocks.name, describe(damage.key.block),
         fmt::format("bytes of key {}: {}", paths[damage.key.content], damage.what));
  }
  damage_.clear();
}

std::string Verifier::path_in_container(const ContainerKey& key,
                                        const ContainerKeyRecord& row) const {
  const auto above = path_of(txn_, key.parent);
  return printable(above.value_or(fmt::format("{}/", key.parent.value)) + key.name + row.rest);
}

std::string Verifier::path_elsewhere(ObjectId content) const {
  const auto deleted = get(txn_, catalog::deleted_keys, content);
  return deleted ? "deleted " + printable(deleted->path) : "in an unfinished upload";
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
    check_blocks_of(path, rows.key(), key.blocks);
  }
}

}  // namespace dobson::storage
