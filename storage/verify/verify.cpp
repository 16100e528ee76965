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
          catalog::deleted_blocks.index}) {
      all_ += txn_.rows(table);
    }
  }

  std::uint64_t run() {
    try {
      std::apply([this](const auto&... tables) { (decode_rows(tables), ...); }, catalog::state);
      if (findings_ != 0) return findings_;
      state_ = read_state(txn_);
      check_volumes();
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

  // "shire/maps/a" of a key in the bucket `id`; buckets have no index by id.
  std::string path_of(ObjectId id, std::string_view key) const;

  void check_volumes();
  void check_buckets(const std::string& path, const VolumeRecord& volume, Totals& root);
  void check_keys(const std::string& path, const BucketRecord& bucket, Totals& volume,
                  Totals& root);
  void check_key(const std::string& path, ObjectId bucket, std::string_view name,
                 const KeyRecord& key);
  void check_name_rows();
  void check_ids();
  void check_ids_between(std::uint64_t begin, std::uint64_t end);
  void check_owners();
  void check_containers();
  void check_blocks();
  void check_block_row(const BlockId& id, const BlockRecord& row);
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
    check_keys(bucket_path, *bucket, counted, root);
  }
  check_totals(path, volume.totals, counted);
}

void Verifier::check_keys(const std::string& path, const BucketRecord& bucket, Totals& volume,
                          Totals& root) {
  Totals counted;
  NameScan keys(txn_, bucket.id, {}, {});
  while (keys.next()) {
    tick();
    const std::string key_path = path + "/" + printable(keys.name());
    const NameRow row = *decode<NameRow>(keys.row());
    const auto* key = std::get_if<KeyRecord>(&row);
    if (key == nullptr || !is_legal_key_name(keys.name())) {
      find(catalog::names.name, key_path, "not a key, or not a name of one");
      continue;
    }
    for (Totals* totals : {&counted, &volume, &root}) {
      totals->add_key(key->size, bucket.replication);
    }
    counted.direct_bytes += key->size;
    check_key(key_path, bucket.id, keys.name(), *key);
  }
  check_totals(path, bucket.totals, counted);
}

void Verifier::check_key(const std::string& path, ObjectId bucket, std::string_view name,
                         const KeyRecord& key) {
  for (const auto& [id, length] : key.blocks) {
    const auto row = get(txn_, catalog::blocks, id);
    if (!row) {
      find(catalog::blocks.name, describe(id), "missing; key " + path + " has it");
    } else if (row->length != length || row->parent != bucket || row->name != name) {
      find(catalog::blocks.name, describe(id), "not as key " + path + " has it");
    }
  }
  if (length_of(key.blocks) != key.size) {
    find(catalog::names.name, path,
         fmt::format("{} bytes in its blocks, size {}", length_of(key.blocks), key.size));
  }
}

std::string Verifier::path_of(ObjectId id, std::string_view key) const {
  NameScan volumes(txn_, root_id, {}, {});
  while (volumes.next()) {
    const auto volume = decode_name_row<VolumeRecord>(volumes.name(), volumes.row());
    NameScan buckets(txn_, volume.id, {}, {});
    while (buckets.next()) {
      if (decode_name_row<BucketRecord>(buckets.name(), buckets.row()).id != id) continue;
      return printable(volumes.name()) + "/" + printable(buckets.name()) + "/" + printable(key);
    }
  }
  return text_of(NameKey{id, key});
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
    is_parent[*place] = !std::holds_alternative<KeyRecord>(row);
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

void Verifier::check_block_row(const BlockId& id, const BlockRecord& row) {
  const char* table = catalog::blocks.name;
  if (!contains(txn_, catalog::containers, id.container)) {
    find(table, describe(id), "no such container");
  }
  if (contains(txn_, catalog::deleted_blocks, id)) find(table, describe(id), "deleted as well");
  const auto key_row = find_name(txn_, row.parent, row.name);
  const BlockRef block{id, row.length};
  bool is_of_key = false;
  if (key_row) {
    const auto blocks = decode_name_row<KeyRecord>(row.name, *key_row).blocks;
    is_of_key = std::ranges::find(blocks, block) != blocks.end();
  }
  if (!is_of_key) {
    find(table, describe(id),
         fmt::format("key {} does not have it", path_of(row.parent, row.name)));
  }
  if (!options_.check_block) return;
  const Status status = options_.check_block(block);
  if (!status.ok()) {
    find(table, describe(id),
         fmt::format("bytes of key {}: {}", path_of(row.parent, row.name), status.error().detail));
  }
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
