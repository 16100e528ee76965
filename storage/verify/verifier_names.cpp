#include "storage/verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/limits.h"
#include "storage/catalog/names.h"
#include "storage/model/legal.h"

namespace dobson::storage {

void Verifier::check_volumes() {
  Totals counted;
  NameScan volumes(txn_, root_id, {}, {});
  while (volumes.next()) {
    tick();
    const std::string path = printable(volumes.name());
    const NameRow row = *decode<NameRow>(volumes.row());
    const auto* volume = std::get_if<VolumeRecord>(&row);
    if (volume == nullptr || !is_legal_name(volumes.name())) {
      find(catalog::names.name, path, "not a volume, or not a name of one");
      continue;
    }
    ++counted.volumes;
    check_parent(path, volume->id, root_id, volumes.name());
    if (!is_legal_user(volume->owner)) {
      find(catalog::names.name, path, "not a name of an owner: " + printable(volume->owner));
    } else if (!contains(txn_, catalog::volumes_by_owner, {volume->owner, volumes.name()})) {
      find(catalog::volumes_by_owner.name, path, "missing for owner " + volume->owner);
    }
    check_buckets(path, *volume, counted);
  }
  check_totals("/", state_.totals, counted);
}

void Verifier::check_buckets(const std::string& path, const VolumeRecord& volume, Totals& root) {
  Totals counted;
  NameScan buckets(txn_, volume.id, {}, {});
  while (buckets.next()) {
    tick();
    const std::string bucket_path = path + "/" + printable(buckets.name());
    const NameRow row = *decode<NameRow>(buckets.row());
    const auto* bucket = std::get_if<BucketRecord>(&row);
    if (bucket == nullptr || !is_legal_name(buckets.name())) {
      find(catalog::names.name, bucket_path, "not a bucket, or not a name of one");
      continue;
    }
    ++counted.buckets;
    ++root.buckets;
    check_parent(bucket_path, bucket->id, volume.id, buckets.name());
    check_bucket(bucket_path, *bucket, counted, root);
  }
  check_totals(path, volume.totals, counted);
}

void Verifier::check_bucket(const std::string& path, const BucketRecord& bucket, Totals& volume,
                            Totals& root) {
  const bool in_tree = bucket.layout == Layout::file_system_optimized;
  const Below below = check_keys(path + "/", {bucket.id, bucket.replication, in_tree});
  check_totals(path, bucket.totals, below.totals);
  if (below.reach > limits::key_name_bytes) {
    find(catalog::names.name, path, fmt::format("a name of {} bytes", below.reach));
  }
  for (Totals* totals : {&volume, &root}) {
    totals->add_directory(below.totals);
    --totals->directories;  // a bucket is none
  }
  if (bucket.uploads == ObjectId{}) return;
  if (!was_drawn(bucket.uploads)) find(catalog::names.name, path, "its uploads have no id");
  check_upload_rows(path, bucket.uploads);
}

Verifier::Below Verifier::check_keys(const std::string& path, const Parent& parent) {
  Below below;
  NameScan names(txn_, parent.id, {}, {});
  while (names.next()) {
    tick();
    const std::string name_path = path + printable(names.name());
    const NameRow row = *decode<NameRow>(names.row());
    const auto* directory = std::get_if<DirectoryRecord>(&row);
    const bool may_stand_here = parent.in_tree
                                    ? is_normal_path(names.name()) &&
                                          first_component(names.name()) == names.name() &&
                                          names.name().ends_with('/') == (directory != nullptr)
                                    : directory == nullptr;
    if (const auto* key = std::get_if<KeyRecord>(&row); key != nullptr && may_stand_here) {
      check_key(name_path, parent, names.name(), *key, below);
    } else if (directory != nullptr && may_stand_here) {
      check_directory(name_path, parent, names.name(), *directory, below);
    } else {
      find(catalog::names.name, name_path, "not a key, or not a name of one");
    }
  }
  return below;
}

void Verifier::check_key(const std::string& path, const Parent& parent, std::string_view name,
                         const KeyRecord& key, Below& below) {
  below.totals.add_key(key.size, parent.replication);
  below.totals.direct_bytes += key.size;
  below.reach = std::max<std::uint64_t>(below.reach, name.size());
  if (!is_legal_key_name(name)) find(catalog::names.name, path, "not a name of a key");
  for (const ContainerId container : containers_of(key.blocks)) {
    if (contains(txn_, catalog::container_keys, container_key(container, parent.id, name, key.id)))
      continue;
    find(catalog::container_keys.name, path,
         fmt::format("missing in container {}", container.value));
  }
  check_content(path, key.size, key.blocks, key.id);
}

void Verifier::check_directory(const std::string& path, const Parent& parent, std::string_view name,
                               const DirectoryRecord& directory, Below& below) {
  check_parent(path, directory.id, parent.id, name);
  const Below inside = check_keys(path, {directory.id, parent.replication, true});
  check_totals(path, directory.totals, inside.totals);
  if (inside.reach > directory.reach) {
    find(catalog::names.name, path,
         fmt::format("a name of {} bytes below it, reach {}", inside.reach, directory.reach));
  }
  if (find_name(txn_, parent.id, name.substr(0, name.size() - 1))) {
    find(catalog::names.name, path, "a key has the name of this directory");
  }
  below.totals.add_directory(inside.totals);
  below.reach = std::max(below.reach, name.size() + directory.reach);
}

void Verifier::check_content(const std::string& path, std::uint64_t size,
                             const std::vector<BlockRef>& blocks, ObjectId content) {
  check_blocks_of(path, content, blocks);
  if (length_of(blocks) != size) {
    find(catalog::names.name, path,
         fmt::format("{} bytes in its blocks, size {}", length_of(blocks), size));
  }
}

void Verifier::check_upload_rows(const std::string& path, ObjectId parent) {
  NameScan names(txn_, parent, {}, {});
  while (names.next()) {
    tick();
    const NameRow row = *decode<NameRow>(names.row());
    const auto* upload = std::get_if<UploadRow>(&row);
    const auto record = upload ? get(txn_, catalog::uploads, upload->id) : std::nullopt;
    if (!record || record->parent != parent || record->created != upload->created ||
        names.name() != upload_row_name(record->key, upload->id)) {
      find(catalog::names.name, path + "/" + printable(names.name()), "not an upload's");
      continue;
    }
    const Tally parts = check_parts(printable(record->path), upload->id, record->replication);
    check_tally(printable(record->path), "parts", record->parts, parts);
    for (Taken* taken : {&all_taken_, &taken_[record->bucket]}) {
      taken->parts.rows += parts.rows;
      taken->parts.bytes += parts.bytes;
      taken->parts.replicated_bytes += parts.replicated_bytes;
    }
  }
}

Tally Verifier::check_parts(const std::string& path, ObjectId upload, Replication replication) {
  Tally parts;
  NameScan names(txn_, upload, {}, {});
  while (names.next()) {
    tick();
    const NameRow row = *decode<NameRow>(names.row());
    const auto* part = std::get_if<PartRecord>(&row);
    const std::uint64_t number =
        names.name().size() == part_row_name(0).size() ? part_number(names.name()) : 0;
    if (part == nullptr || number == 0 || number > limits::part_number_max) {
      find(catalog::names.name, path, "not a part: " + printable(names.name()));
      continue;
    }
    check_content(fmt::format("{} part {}", path, number), part->size, part->blocks, part->id);
    parts.add(part->size, replication);
  }
  return parts;
}

void Verifier::check_uploads() {
  TableCursor rows(txn_, catalog::uploads);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const UploadRecord upload = rows.record();
    if (find_name(txn_, upload.parent, upload_row_name(upload.key, rows.key()))) continue;
    find(catalog::uploads.name, std::to_string(rows.key().value),
         "its bucket does not list it: " + printable(upload.path));
  }
}

void Verifier::check_deleted_directories() {
  TableCursor rows(txn_, catalog::deleted_directories);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const DeletedDirectoryRecord parent = rows.record();
    const std::string path = "deleted " + printable(parent.path);
    NameScan names(txn_, rows.key(), {}, {});
    const bool has_children = names.next();
    Below below;
    if (has_children && is_row_of<PartRecord>(names.row())) {
      check_parts(path, rows.key(), parent.replication);
    } else if (has_children && is_row_of<UploadRow>(names.row())) {
      check_upload_rows(path, rows.key());
    } else {
      below = check_keys(path, {rows.key(), parent.replication, true});
    }
    check_totals(path, parent.totals, below.totals);
    for (Taken* taken : {&all_taken_, &taken_[parent.bucket]}) taken->deleted.add(below.totals);
  }
}

}  // namespace dobson::storage
