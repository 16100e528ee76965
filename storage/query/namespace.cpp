#include "storage/query/namespace.h"

#include <algorithm>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"
#include "storage/model/legal.h"

namespace dobson::storage {

namespace {

// The front of a volume or a bucket: all that a look-up below it needs.
struct ParentFront {
  ObjectId id;
};

void fields(auto&& visit, Of<ParentFront> auto& front) {
  visit(front.id);
}

template <class Record, class View = Record>
Result<View> find(const ReadTxn& txn, ObjectId parent, std::string_view name, Errc missing) {
  const auto row = find_name(txn, parent, name);
  if (!row.has_value()) return Error{missing};
  return decode_name_row<Record, View>(name, *row);
}

Result<ObjectId> find_volume_id(const ReadTxn& txn, std::string_view volume) {
  return TRY((find<VolumeRecord, ParentFront>(txn, root_id, volume, Errc::volume_not_found))).id;
}

Result<ObjectId> find_bucket_id(const ReadTxn& txn, std::string_view volume,
                                std::string_view bucket) {
  const ObjectId parent = TRY(find_volume_id(txn, volume));
  return TRY((find<BucketRecord, ParentFront>(txn, parent, bucket, Errc::bucket_not_found))).id;
}

template <class Record, class Visitor>
bool visit_children(const ReadTxn& txn, ObjectId parent, const Range& range, const Visitor& visit) {
  NameScan names(txn, parent, range.prefix, range.after);
  while (names.next()) {
    if (!visit(names.name(), decode_name_row<Record>(names.name(), names.row()))) return true;
  }
  return false;
}

}  // namespace

void fields(auto&& visit, Of<KeyRow> auto& row) {
  key_front_fields(visit, row);
}

Result<VolumeRecord> find_volume(const ReadTxn& txn, std::string_view volume) {
  return find<VolumeRecord>(txn, root_id, volume, Errc::volume_not_found);
}

Result<BucketRecord> find_bucket(const ReadTxn& txn, std::string_view volume,
                                 std::string_view bucket) {
  const ObjectId parent = TRY(find_volume_id(txn, volume));
  return find<BucketRecord>(txn, parent, bucket, Errc::bucket_not_found);
}

Result<KeyRecord> find_key(const ReadTxn& txn, std::string_view volume, std::string_view bucket,
                           std::string_view key) {
  const ObjectId parent = TRY(find_bucket_id(txn, volume, bucket));
  KeyRecord record = TRY(find<KeyRecord>(txn, parent, key, Errc::key_not_found));
  if (length_of(record.blocks) != record.size) {
    throw_corrupt_row(catalog::names.name, key, "its blocks are not as long as it is");
  }
  return record;
}

Totals root_totals(const ReadTxn& txn) {
  return read_state(txn).totals;
}

bool visit_volumes(const ReadTxn& txn, const Range& range, const VolumeVisitor& visit) {
  return visit_children<VolumeRecord>(txn, root_id, range, visit);
}

bool visit_volumes_of(const ReadTxn& txn, std::string_view owner, const Range& range,
                      const VolumeVisitor& visit) {
  if (!is_legal_user(owner)) return false;
  // No volume's name is longer, so what follows in a bound changes nothing.
  const std::string_view from =
      std::max(range.prefix, range.after).substr(0, limits::name_bytes_max + 1);
  TableCursor owned(txn, catalog::volumes_by_owner);
  for (bool more = owned.seek({std::string(owner), from}); more; more = owned.next()) {
    const OwnerKey key = owned.key();
    if (key.owner != owner) break;
    if (key.volume <= range.after) continue;
    if (!key.volume.starts_with(range.prefix)) break;
    const auto row = find_name(txn, root_id, key.volume);
    if (!row.has_value()) {
      throw_corrupt_row(catalog::volumes_by_owner.name, key.volume, "no such volume");
    }
    if (!visit(key.volume, decode_name_row<VolumeRecord>(key.volume, *row))) return true;
  }
  return false;
}

bool visit_buckets(const ReadTxn& txn, ObjectId volume, const Range& range,
                   const BucketVisitor& visit) {
  return visit_children<BucketRecord>(txn, volume, range, visit);
}

bool KeyScan::next() {
  if (!names_.next()) return false;
  row_ = decode_name_row<KeyRecord, KeyRow>(names_.name(), names_.row());
  row_.name = names_.name();
  return true;
}

}  // namespace dobson::storage
