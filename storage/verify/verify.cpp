#include "storage/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"
#include "storage/catalog/names.h"
#include "storage/model/legal.h"

namespace dobson::storage {

namespace {

std::string describe(const BlockId& block) {
  return fmt::format("block {} in container {}", block.local, block.container.value);
}

std::string text_of(const NameKey& key) {
  return fmt::format("{}/{}", key.parent.value, printable(key.name));
}

// What the row was drawn an id for.
ObjectId id_of(const NameRow& row) {
  const auto id = [](const auto& record) {
    if constexpr (requires { record.rest; }) {
      return record.rest;
    } else {
      return record.id;
    }
  };
  return std::visit(id, row);
}

// What differs, "keys 3, counted 2; bytes …"; empty when nothing does.
std::string differences(const Totals& stored, const Totals& counted) {
  std::string text;
  const auto compare = [&text](const char* name, std::uint64_t is, std::uint64_t should_be) {
    if (is == should_be) return;
    text += fmt::format("{}{} {}, counted {}", text.empty() ? "" : "; ", name, is, should_be);
  };
  compare("volumes", stored.volumes, counted.volumes);
  compare("buckets", stored.buckets, counted.buckets);
  compare("directories", stored.directories, counted.directories);
  compare("keys", stored.keys, counted.keys);
  compare("bytes", stored.bytes, counted.bytes);
  compare("replicated bytes", stored.replicated_bytes, counted.replicated_bytes);
  compare("direct bytes", stored.direct_bytes, counted.direct_bytes);
  for (int bin = 0; bin < size_bins; ++bin) {
    compare(fmt::format("keys of size bin {}", bin).c_str(), stored.keys_by_size[bin],
            counted.keys_by_size[bin]);
  }
  return text;
}

class Verifier {
 public:
  Verifier(const ReadTxn& txn, const VerifyOptions& options,
           const std::function<void(const Finding&)>& report)
      : txn_(txn), options_(options), report_(report) {
    std::apply([this](const auto&... tables) { ((all_ += txn_.rows(tables.index)), ...); },
               catalog::state);
    for (const TableIndex table :
         {catalog::names.index, catalog::names.index, catalog::names.index, catalog::names.index,
          catalog::volumes_by_owner.index, catalog::containers.index, catalog::blocks.index,
          catalog::deleted_blocks.index, catalog::uploads.index,
          catalog::deleted_directories.index, catalog::deleted_directories.index,
          catalog::deleted_keys.index, catalog::deleted_keys.index}) {
      all_ += txn_.rows(table);
    }
  }

  std::uint64_t run() {
    try {
      std::apply([this](const auto&... tables) { (decode_rows(tables), ...); }, catalog::state);
      if (findings_ != 0) return findings_;
      state_ = read_state(txn_);
      check_volumes();
      check_uploads();
      check_deleted_directories();
      check_deleted_keys();
      check_name_rows();
      check_ids();
      check_owners();
      check_containers();
      check_blocks();
      check_deleted_blocks();
    } catch (const EnvError& error) {
      find("state", "", error.what());
    }
    return findings_;
  }

 private:
  void find(const char* table, std::string row, std::string what) {
    ++findings_;
    report_({table, std::move(row), std::move(what)});
  }

  void tick() {
    ++done_;
    if (options_.progress && (done_ % limits::verify_progress_rows == 0 || done_ == all_)) {
      options_.progress(done_, all_);
    }
  }

  template <class Key, class Record>
  void decode_rows(const Table<Key, Record>& table) {
    Cursor rows(txn_, table.index);
    for (bool more = rows.first(); more; more = rows.next()) {
      tick();
      const auto record = decode<Record>(rows.value());
      if (!decode_key<Key>(rows.key())) find(table.name, printable(rows.key()), "malformed key");
      if (!record.ok()) find(table.name, printable(rows.key()), record.error().detail);
    }
  }

  void check_totals(const std::string& path, const Totals& stored, const Totals& counted) {
    const std::string text = differences(stored, counted);
    if (!text.empty()) find(catalog::names.name, path, "totals: " + text);
  }

  bool was_drawn(ObjectId id) const {
    return id < root_id ? id.value > 0 && id.value < state_.next_link
                        : id.value < state_.next_object;
  }

  // "shire/maps/a" of what has the block; parents have no index by id.
  std::string path_of(const BlockKey& id, const BlockRecord& row) const;

  // What stands below a bucket or directory.
  struct Below {
    Totals totals;
    std::uint64_t reach = 0;  // bytes of the longest name
  };
  struct Parent {
    ObjectId id;
    Replication replication = Replication::one;
    bool in_tree = false;
  };

  void check_volumes();
  void check_buckets(const std::string& path, const VolumeRecord& volume, Totals& root);
  void check_bucket(const std::string& path, const BucketRecord& bucket, Totals& volume,
                    Totals& root);
  Below check_keys(const std::string& path, const Parent& parent);
  void check_key(const std::string& path, const Parent& parent, std::string_view name,
                 const KeyRecord& key, Below& below);
  void check_directory(const std::string& path, const Parent& parent, std::string_view name,
                       const DirectoryRecord& directory, Below& below);
  void check_content(const std::string& path, std::uint64_t size,
                     const std::vector<BlockRef>& blocks, ObjectId content,
                     const BlockRecord& expected);
  void check_upload_rows(const std::string& path, ObjectId parent);
  void check_parts(const std::string& path, ObjectId upload);
  void check_uploads();
  void check_deleted_directories();
  void check_deleted_keys();
  void check_name_rows();
  void check_ids();
  void check_ids_between(std::uint64_t begin, std::uint64_t end);
  void check_owners();
  void check_containers();
  void check_blocks();
  void check_block_row(const BlockKey& id, const BlockRecord& row);
  bool has_block(const BlockKey& id, const BlockRecord& row) const;
  void check_deleted_blocks();

  const ReadTxn& txn_;
  const VerifyOptions& options_;
  const std::function<void(const Finding&)>& report_;
  std::uint64_t findings_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
  StateRecord state_;
};

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
    const bool may_stand_here =
        parent.in_tree ? is_normal_path(names.name()) &&
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
  check_content(path, key.size, key.blocks, key.id, {0, parent.id, std::string(name)});
}

void Verifier::check_directory(const std::string& path, const Parent& parent, std::string_view name,
                               const DirectoryRecord& directory, Below& below) {
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

// `expected`: where the content stands.
void Verifier::check_content(const std::string& path, std::uint64_t size,
                             const std::vector<BlockRef>& blocks, ObjectId content,
                             const BlockRecord& expected) {
  for (const auto& [id, length] : blocks) {
    const auto row = get(txn_, catalog::blocks, {id, content});
    if (!row) {
      find(catalog::blocks.name, describe(id), "missing; key " + path + " has it");
    } else if (row->length != length || row->parent != expected.parent ||
               row->name != expected.name) {
      find(catalog::blocks.name, describe(id), "not as key " + path + " has it");
    }
  }
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
    check_parts(printable(record->path), upload->id);
  }
}

void Verifier::check_parts(const std::string& path, ObjectId upload) {
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
    check_content(fmt::format("{} part {}", path, number), part->size, part->blocks, part->id,
                  {0, upload, std::string(names.name())});
  }
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
      check_parts(path, rows.key());
    } else if (has_children && is_row_of<UploadRow>(names.row())) {
      check_upload_rows(path, rows.key());
    } else {
      below = check_keys(path, {rows.key(), parent.replication, true});
    }
    check_totals(path, parent.totals, below.totals);
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

// Each row by itself.
void Verifier::check_name_rows() {
  TableCursor rows(txn_, catalog::names);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const NameKey key = rows.key();
    const NameRow row = rows.record();
    const ObjectId id = id_of(row);
    if (!was_drawn(id)) {
      find(catalog::names.name, text_of(key), fmt::format("id {} was never drawn", id.value));
    }
    if (!was_drawn(key.parent)) {
      find(catalog::names.name, text_of(key), "under a parent that does not exist");
    }
    const bool is_link = std::holds_alternative<NameLink>(row);
    const bool as_long_as_a_link =
        key.name.size() == limits::row_name_bytes + 1 && key.name.back() == '\0';
    if (is_link ? !as_long_as_a_link : key.name.size() > limits::row_name_bytes) {
      find(catalog::names.name, text_of(key), "a row's name of the wrong length");
    }
    if (is_link && !has_rows(txn_, id)) {
      find(catalog::names.name, text_of(key), "a link that leads nowhere");
    }
  }
}

// Each id is of one row, and each row's parent is a volume, a bucket, a link or the root. With the
// order that links have (storage/catalog/names.cpp) every row is then below the root.
void Verifier::check_ids() {
  const std::uint64_t all = state_.next_link + (state_.next_object - root_id.value);
  for (std::uint64_t begin = 0; begin < all; begin += options_.ids_at_once) {
    if (begin > 0) all_ += 2 * txn_.rows(catalog::names.index);
    check_ids_between(begin, std::min(all, begin + options_.ids_at_once));
  }
}

// Of all ids in one line, those of objects behind those of links.
void Verifier::check_ids_between(std::uint64_t begin, std::uint64_t end) {
  const auto place_of = [&](ObjectId id) -> std::optional<std::uint64_t> {
    const std::uint64_t place =
        id < root_id ? id.value : state_.next_link + (id.value - root_id.value);
    if (!was_drawn(id) || place < begin || place >= end) return std::nullopt;
    return place - begin;
  };
  std::vector<bool> has_row(end - begin);
  std::vector<bool> is_parent(end - begin);
  if (const auto root = place_of(root_id)) has_row[*root] = is_parent[*root] = true;

  TableCursor rows(txn_, catalog::names);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const NameRow row = rows.record();
    const auto place = place_of(id_of(row));
    if (!place) continue;
    if (has_row[*place]) {
      find(catalog::names.name, text_of(rows.key()),
           fmt::format("id {} has another owner as well", id_of(row).value));
    }
    has_row[*place] = true;
    is_parent[*place] =
        !std::holds_alternative<KeyRecord>(row) && !std::holds_alternative<PartRecord>(row);
    if (const auto* bucket = std::get_if<BucketRecord>(&row)) {
      if (const auto uploads = place_of(bucket->uploads)) is_parent[*uploads] = true;
    }
  }
  TableCursor directories(txn_, catalog::deleted_directories);
  for (bool more = directories.first(); more; more = directories.next()) {
    tick();
    if (const auto place = place_of(directories.key())) is_parent[*place] = true;
  }
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const auto place = place_of(rows.key().parent);
    if (place && !is_parent[*place]) {
      find(catalog::names.name, text_of(rows.key()), "under a parent that does not exist");
    }
  }
}

void Verifier::check_owners() {
  TableCursor rows(txn_, catalog::volumes_by_owner);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const OwnerKey key = rows.key();
    const auto row = find_name(txn_, root_id, key.volume);
    if (!row || decode_name_row<VolumeRecord>(key.volume, *row).owner != key.owner) {
      find(catalog::volumes_by_owner.name, printable(key.owner) + "/" + printable(key.volume),
           "no such volume of this owner");
    }
  }
}

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

}  // namespace

std::uint64_t verify(const ReadTxn& txn, const VerifyOptions& options,
                     const std::function<void(const Finding&)>& report) {
  return Verifier(txn, options, report).run();
}

}  // namespace dobson::storage
