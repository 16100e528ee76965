#include "storage/query/namespace.h"

#include <algorithm>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"
#include "storage/model/legal.h"

namespace dobson::storage {

namespace {

struct BucketFront {
  ObjectId id;
  Layout layout = Layout::object_store;
};

void fields(auto&& visit, Of<BucketFront> auto& front) {
  bucket_front_fields(visit, front);
}

struct DirectoryFront {
  ObjectId id;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::uint64_t reach = 0;
  struct {
    std::uint64_t volumes, buckets, directories, keys, bytes, replicated_bytes;
  } totals;
};

void fields(auto&& visit, Of<DirectoryFront> auto& front) {
  directory_front_fields(visit, front);
  totals_front_fields(visit, front.totals);
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

Result<BucketFront> find_bucket_front(const ReadTxn& txn, std::string_view volume,
                                      std::string_view bucket) {
  const ObjectId parent = TRY(find_volume_id(txn, volume));
  return find<BucketRecord, BucketFront>(txn, parent, bucket, Errc::bucket_not_found);
}

// The directory above the last component of a path in a tree, and that component. key_not_found.
struct Leaf {
  ObjectId parent;
  std::string_view name;
};
Result<Leaf> find_leaf(const ReadTxn& txn, ObjectId bucket, std::string_view path) {
  if (!is_normal_path(path)) return Error{Errc::invalid_key_name};
  Leaf leaf{bucket, first_component(path)};
  while (leaf.name.size() < path.size()) {
    path.remove_prefix(leaf.name.size());
    leaf.parent =
        TRY((find<DirectoryRecord, ParentFront>(txn, leaf.parent, leaf.name, Errc::key_not_found)))
            .id;
    leaf.name = first_component(path);
  }
  return leaf;
}

Result<DirectoryRecord> find_directory_in(const ReadTxn& txn, const Leaf& leaf) {
  return find<DirectoryRecord>(txn, leaf.parent, leaf.name, Errc::key_not_found);
}

Result<KeyRecord> find_in_tree(const ReadTxn& txn, ObjectId bucket, std::string_view path) {
  const Leaf leaf = TRY(find_leaf(txn, bucket, path));
  if (!leaf.name.ends_with('/')) {
    return find<KeyRecord>(txn, leaf.parent, leaf.name, Errc::key_not_found);
  }
  const auto directory = TRY(find_directory_in(txn, leaf));
  return KeyRecord{
      .id = directory.id, .created = directory.created, .modified = directory.modified};
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
  const BucketFront front = TRY(find_bucket_front(txn, volume, bucket));
  KeyRecord record = TRY(front.layout == Layout::file_system_optimized
                             ? find_in_tree(txn, front.id, key)
                             : find<KeyRecord>(txn, front.id, key, Errc::key_not_found));
  if (length_of(record.blocks) != record.size) {
    throw_corrupt_row(catalog::names.name, key, "its blocks are not as long as it is");
  }
  return record;
}

Result<DirectoryRecord> find_directory(const ReadTxn& txn, const BucketRecord& bucket,
                                       std::string_view path) {
  return find_directory_in(txn, TRY(find_leaf(txn, bucket.id, path)));
}

Status check_path(const ReadTxn& txn, const BucketRecord& bucket, std::string_view path) {
  if (bucket.layout != Layout::file_system_optimized) return {};
  if (!is_normal_path(path)) return Error{Errc::invalid_key_name};
  ObjectId parent = bucket.id;
  for (;;) {
    const std::string_view component = first_component(path);
    path.remove_prefix(component.size());
    if (path.empty() && !component.ends_with('/')) {
      const bool taken = find_name(txn, parent, std::string(component) + '/').has_value();
      return taken ? Status(Error{Errc::key_exists}) : Status();
    }
    const auto key = component.substr(0, component.size() - 1);
    if (find_name(txn, parent, key)) return Error{Errc::key_exists};
    const auto row = find_name(txn, parent, component);
    if (path.empty() || !row) return {};
    parent = decode_name_row<DirectoryRecord, ParentFront>(component, *row).id;
  }
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

bool visit_all_buckets(const ReadTxn& txn, const BucketPlace& after, const BucketOfVisitor& visit) {
  const auto visit_those_of = [&](std::string_view volume, ObjectId id, std::string_view behind) {
    return visit_buckets(txn, id, {{}, behind},
                         [&](std::string_view bucket, const BucketRecord& record) {
                           return visit({volume, bucket}, &record);
                         });
  };
  const auto first = find_volume_id(txn, after.volume);
  if (first && visit_those_of(after.volume, *first, after.bucket)) return true;
  return visit_volumes(txn, {{}, after.volume},
                       [&](std::string_view volume, const VolumeRecord& record) {
                         if (record.totals.buckets == 0) return visit({volume, {}}, nullptr);
                         return !visit_those_of(volume, record.id, {});
                       });
}

bool visit_entries(const ReadTxn& txn, ObjectId parent, Replication replication,
                   std::string_view after, const EntryVisitor& visit) {
  NameScan names(txn, parent, {}, after);
  while (names.next()) {
    Entry entry{.name = names.name(), .directory = is_row_of<DirectoryRecord>(names.row())};
    if (entry.directory) {
      const auto row = decode_name_row<DirectoryRecord, DirectoryFront>(names.name(), names.row());
      entry.directories = row.totals.directories;
      entry.bytes = row.totals.bytes;
      entry.replicated_bytes = row.totals.replicated_bytes;
    } else {
      entry.bytes = decode_name_row<KeyRecord, KeyRow>(names.name(), names.row()).size;
      entry.replicated_bytes = entry.bytes * copies_of(replication);
    }
    if (!visit(entry)) return true;
  }
  return false;
}

KeyScan::KeyScan(const ReadTxn& txn, const KeySpace& space, const Range& range,
                 std::function<bool()> tired)
    : names_(txn, space.bucket, range.prefix, range.after,
             space.layout == Layout::object_store ? NameScan::Depth::one : NameScan::Depth::tree),
      directories_(space.directories),
      tired_(std::move(tired)) {}

bool KeyScan::next() {
  while (names_.next()) {
    if (!is_row_of<DirectoryRecord>(names_.row())) {
      row_ = decode_name_row<KeyRecord, KeyRow>(names_.name(), names_.row());
      row_.name = names_.name();
      return true;
    }
    const auto directory = decode_name_row<DirectoryRecord>(names_.name(), names_.row());
    if (directories_) {
      row_ = {.name = names_.name(),
              .id = directory.id,
              .created = directory.created,
              .modified = directory.modified};
      return true;
    }
    if (directory.totals.keys != 0) continue;
    if (tired_ && tired_()) return false;
    names_.pass();
  }
  return false;
}

Result<UploadRecord> find_upload(const ReadTxn& txn, std::string_view volume,
                                 std::string_view bucket, std::string_view key, ObjectId id) {
  const BucketRecord record = TRY(find_bucket(txn, volume, bucket));
  auto upload = get(txn, catalog::uploads, id);
  if (upload && upload->parent == record.uploads && upload->key == key) return std::move(*upload);
  return Error{Errc::upload_not_found};
}

bool visit_uploads(const ReadTxn& txn, const BucketRecord& bucket, const Range& range,
                   const UploadVisitor& visit, ObjectId after) {
  // Behind all uploads of that key: a name has no byte 0x00, and an id is not all 0xff.
  const std::string behind =
      range.after.empty() ? std::string() : upload_row_name(range.after, after);
  NameScan names(txn, bucket.uploads, range.prefix, behind);
  while (names.next()) {
    const auto row = decode_name_row<UploadRow>(names.name(), names.row());
    const std::size_t key_bytes = names.name().size() - upload_row_name({}, row.id).size();
    if (!visit({names.name().substr(0, key_bytes), row.id, row.created})) return true;
  }
  return false;
}

bool visit_parts(const ReadTxn& txn, ObjectId upload, std::uint64_t after,
                 const PartVisitor& visit) {
  const std::string from = part_row_name(after);
  NameScan names(txn, upload, {}, from);
  while (names.next()) {
    const auto part = decode_name_row<PartRecord>(names.name(), names.row());
    if (!visit(part_number(names.name()), part)) return true;
  }
  return false;
}

}  // namespace dobson::storage
