#include <algorithm>
#include <ranges>

#include "storage/catalog/names.h"
#include "storage/command/apply.h"
#include "storage/model/legal.h"

namespace dobson::storage {

namespace {

using Place = Batch::Place;

std::optional<KeyRecord> find_key(Batch& batch, const Place& place, std::string_view name) {
  const auto row = find_name(batch.txn(), (*place.bucket)->id, name);
  if (!row.has_value()) return std::nullopt;
  return decode_name_row<KeyRecord>(name, *row);
}

void put_key(Batch& batch, const Place& place, const std::string& name, const KeyRecord& key) {
  const ObjectId parent = (*place.bucket)->id;
  std::string row;
  encode_as<NameRow>(key, row);
  put_name(batch.txn(), parent, name, row, batch.state().change().next_link);
  for (const BlockRef& block : key.blocks) {
    put(batch.txn(), catalog::blocks, block.id, {block.length, parent, name});
  }
}

void count_in(Batch& batch, const Place& place, std::uint64_t size) {
  const Replication replication = (*place.bucket)->replication;
  BucketRecord& bucket = place.bucket->change();
  bucket.totals.add_key(size, replication);
  bucket.totals.direct_bytes += size;
  place.volume->change().totals.add_key(size, replication);
  batch.state().change().totals.add_key(size, replication);
}

void count_out(Batch& batch, const Place& place, std::uint64_t size) {
  const Replication replication = (*place.bucket)->replication;
  BucketRecord& bucket = place.bucket->change();
  bucket.totals.remove_key(size, replication);
  bucket.totals.direct_bytes -= size;
  place.volume->change().totals.remove_key(size, replication);
  batch.state().change().totals.remove_key(size, replication);
}

// The key is gone from the totals, and its blocks wait for their space to be given back.
void discard(Batch& batch, const Place& place, UnixMillis now, const KeyRecord& key) {
  for (const BlockRef& block : key.blocks) {
    erase(batch.txn(), catalog::blocks, block.id);
    put(batch.txn(), catalog::deleted_blocks, block.id, {block.length, now});
  }
  count_out(batch, place, key.size);
}

// Every block is new, lives in a container that exists, and together they are the key.
bool are_consistent(Batch& batch, const PutKey& command) {
  std::vector<BlockId> ids;
  for (const BlockId id : command.blocks | std::views::transform(&BlockRef::id)) {
    if (!contains(batch.txn(), catalog::containers, id.container) ||
        contains(batch.txn(), catalog::blocks, id) ||
        contains(batch.txn(), catalog::deleted_blocks, id)) {
      return false;
    }
    ids.push_back(id);
  }
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) == ids.end() && length_of(command.blocks) == command.size;
}

}  // namespace

bool KeyCondition::holds(const KeyRecord* key) const {
  switch (kind) {
    case Kind::none:
      return true;
    case Kind::absent:
      return key == nullptr;
    case Kind::present:
      return key != nullptr;
    case Kind::one_of:
      return key != nullptr && key->md5 && std::ranges::find(digests, *key->md5) != digests.end();
  }
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const PutKey& command) {
  if (!is_legal_key_name(command.key)) return Error{Errc::invalid_argument};
  const Place place = TRY(batch.find_place(command.volume, command.bucket));
  const std::optional<KeyRecord> replaced = find_key(batch, place, command.key);
  if (!command.condition.holds(replaced ? &*replaced : nullptr)) {
    return Error{Errc::precondition_failed};
  }
  const VolumeRecord& volume = **place.volume;
  if (volume.quota_bytes.has_value()) {
    const std::uint64_t others = volume.totals.bytes - (replaced ? replaced->size : 0);
    if (command.size > *volume.quota_bytes || others > *volume.quota_bytes - command.size) {
      return Error{Errc::quota_exceeded};
    }
  }
  if (!are_consistent(batch, command)) {
    return Error{Errc::internal, {}, "a put names blocks that are unknown, used or too many"};
  }

  KeyRecord key{.id = {},
                .created = now,
                .modified = now,
                .size = command.size,
                .version = 0,
                .md5 = command.md5,
                .blocks = command.blocks};
  if (replaced.has_value()) {
    discard(batch, place, now, *replaced);
    key.id = replaced->id;
    key.created = replaced->created;
    const bool counted = (*place.bucket)->versioning == Versioning::enabled;
    key.version = replaced->version + (counted ? 1 : 0);
  } else {
    key.id = batch.draw_id();
  }
  put_key(batch, place, command.key, key);
  count_in(batch, place, key.size);
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteKey& command) {
  const Place place = TRY(batch.find_place(command.volume, command.bucket));
  const std::optional<KeyRecord> key = find_key(batch, place, command.key);
  if (!command.condition.holds(key ? &*key : nullptr)) return Error{Errc::precondition_failed};
  if (!key.has_value()) return Error{Errc::key_not_found};

  erase_name(batch.txn(), (*place.bucket)->id, command.key);
  discard(batch, place, now, *key);
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const RenameKey& command) {
  if (!is_legal_key_name(command.to)) return Error{Errc::invalid_argument};
  const Place place = TRY(batch.find_place(command.volume, command.bucket));
  std::optional<KeyRecord> key = find_key(batch, place, command.key);
  if (!key.has_value()) return Error{Errc::key_not_found};
  if (command.key == command.to) return Outcome{};
  if (find_key(batch, place, command.to).has_value()) return Error{Errc::key_exists};

  erase_name(batch.txn(), (*place.bucket)->id, command.key);
  key->modified = now;
  put_key(batch, place, command.to, *key);
  return Outcome{};
}

}  // namespace dobson::storage
