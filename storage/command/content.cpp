#include "storage/command/content.h"

#include <algorithm>

namespace dobson::storage {

namespace {

Status check_quota(const VolumeRecord& volume, std::uint64_t replaced, std::uint64_t size) {
  if (!volume.quota_bytes.has_value()) return {};
  const std::uint64_t others = volume.totals.bytes - replaced;
  if (size <= *volume.quota_bytes && others <= *volume.quota_bytes - size) return {};
  return Error{Errc::quota_exceeded};
}

}  // namespace

bool has_content(const ReadTxn& txn, const BlockId& block) {
  TableCursor rows(txn, catalog::blocks);
  return rows.seek({block, {}}) && rows.key().block == block;
}

bool are_consistent(Batch& batch, std::span<const BlockRef> blocks, std::uint64_t size) {
  std::vector<BlockId> ids;
  for (const BlockRef& block : blocks) {
    const Batch::Container* container = batch.find_container(block.id.container);
    if (container == nullptr || (*container)->state > ContainerState::closing ||
        has_content(batch.txn(), block.id) ||
        contains(batch.txn(), catalog::deleted_blocks, block.id)) {
      return false;
    }
    ids.push_back(block.id);
  }
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) == ids.end() && length_of(blocks) == size;
}

void count_blocks(Batch& batch, UnixMillis now, std::span<const BlockRef> blocks) {
  for (const BlockRef& block : blocks) {
    ContainerRecord& container = batch.find_container(block.id.container)->change();
    ++container.blocks;
    container.bytes += block.length;
    container.used = now;
  }
}

void put_blocks(Batch& batch, std::span<const BlockRef> blocks, ObjectId content) {
  for (const BlockRef& block : blocks) {
    put(batch.txn(), catalog::blocks, {block.id, content}, {block.length});
  }
}

void put_key_row(Batch& batch, const Location& at, const KeyRecord& key) {
  put_name_row(batch, at.parent(), at.name, key);
  for (const ContainerId container : containers_of(key.blocks)) {
    put(batch.txn(), catalog::container_keys,
        container_key(container, at.parent(), at.name, key.id), {rest_of_name(at.name)});
    ++batch.find_container(container)->change().keys;
  }
}

void erase_key_row(Batch& batch, ObjectId parent, std::string_view name, const KeyRecord& key) {
  erase_name(batch.txn(), parent, name);
  for (const ContainerId container : containers_of(key.blocks)) {
    erase(batch.txn(), catalog::container_keys, container_key(container, parent, name, key.id));
    --batch.find_container(container)->change().keys;
  }
}

std::string path_of(std::string_view volume, std::string_view bucket, std::string_view name) {
  return std::string(volume).append("/").append(bucket).append("/").append(name);
}

DeletedKeyRecord deleted(const KeyRecord& key, DeletedFrom from) {
  return {std::move(from.path), key.created, key.modified, from.now, key.size,
          from.copies,          key.blocks,  from.bucket};
}

DeletedKeyRecord deleted(const PartRecord& part, DeletedFrom from) {
  return {std::move(from.path), part.modified, part.modified, from.now, part.size,
          from.copies,          part.blocks,   from.bucket};
}

void discard(Batch& batch, Batch::Bucket* bucket, ObjectId content, const DeletedKeyRecord& key) {
  if (key.blocks.empty()) return;
  put(batch.txn(), catalog::deleted_keys, content, key);
  batch.state().change().deleted_keys.add(key.size, key.replication);
  if (bucket != nullptr) bucket->change().deleted_keys.add(key.size, key.replication);
}

void forget_parts(Batch& batch, Batch::Bucket* bucket, const UploadRecord& upload) {
  batch.state().change().parts.remove(upload.parts);
  if (bucket != nullptr) bucket->change().parts.remove(upload.parts);
}

Result<std::optional<KeyRecord>> check_put(Batch& batch, const Location& at,
                                           const KeyCondition& condition, std::uint64_t size) {
  std::optional<KeyRecord> replaced = find_key(batch, at);
  if (!condition.holds(replaced ? &*replaced : nullptr)) return Error{Errc::precondition_failed};
  if (is_blocked(batch, at)) return Error{Errc::key_exists};
  TRY(check_quota(**at.place.volume, replaced ? replaced->size : 0, size));
  return replaced;
}

void put_content(Batch& batch, UnixMillis now, Location& at,
                 const std::optional<KeyRecord>& replaced, KeyRecord content, std::string path) {
  const Replication copies = (*at.place.bucket)->replication;
  make_parents(batch, now, at);
  content.id = batch.draw_id();
  content.created = now;
  content.modified = now;
  content.version = 0;
  if (replaced.has_value()) {
    const bool counted = (*at.place.bucket)->versioning == Versioning::enabled;
    content.created = replaced->created;
    content.version = replaced->version + (counted ? 1 : 0);
    erase_key_row(batch, at.parent(), at.name, *replaced);
    discard(batch, at.place.bucket, replaced->id,
            deleted(*replaced, {std::move(path), now, copies, (*at.place.bucket)->id}));
    change_totals(batch, at, [&](Totals& totals) { totals.remove_key(replaced->size, copies); });
    totals_above(at).direct_bytes -= replaced->size;
  }
  put_key_row(batch, at, content);
  put_blocks(batch, content.blocks, content.id);
  change_totals(batch, at, [&](Totals& totals) { totals.add_key(content.size, copies); });
  totals_above(at).direct_bytes += content.size;
  extend_reach(at, at.path.size());
}

}  // namespace dobson::storage
