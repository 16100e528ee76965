#include "storage/verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/limits.h"
#include "storage/catalog/names.h"

namespace dobson::storage {

namespace {

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

}  // namespace

std::string describe(const BlockId& block) {
  return fmt::format("block {} in container {}", block.local, block.container.value);
}

std::string text_of(const NameKey& key) {
  return fmt::format("{}/{}", key.parent.value, printable(key.name));
}

Verifier::Verifier(const ReadTxn& txn, const VerifyOptions& options,
                   const std::function<void(const Finding&)>& report)
    : txn_(txn), options_(options), report_(report) {
  std::apply([this](const auto&... tables) { ((all_ += txn_.rows(tables.index)), ...); },
             catalog::state);
  for (const TableIndex table :
       {catalog::names.index, catalog::names.index, catalog::names.index, catalog::names.index,
        catalog::volumes_by_owner.index, catalog::containers.index, catalog::blocks.index,
        catalog::deleted_blocks.index, catalog::uploads.index, catalog::deleted_directories.index,
        catalog::deleted_directories.index, catalog::deleted_keys.index,
        catalog::container_keys.index, catalog::parents.index}) {
    all_ += txn_.rows(table);
  }
}

std::uint64_t Verifier::run() {
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
    check_blocks();
    check_deleted_blocks();
    check_container_keys();
    check_containers();
    check_parents();
    check_sums();
  } catch (const EnvError& error) {
    find("state", "", error.what());
  }
  return findings_;
}

void Verifier::find(const char* table, std::string row, std::string what) {
  ++findings_;
  report_({table, std::move(row), std::move(what)});
}

void Verifier::tick() {
  ++done_;
  if (options_.progress && (done_ % limits::verify_progress_rows == 0 || done_ == all_)) {
    options_.progress(done_, all_);
  }
}

template <class Key, class Record>
void Verifier::decode_rows(const Table<Key, Record>& table) {
  Cursor rows(txn_, table.index);
  for (bool more = rows.first(); more; more = rows.next()) {
    tick();
    const auto record = decode<Record>(rows.value());
    if (!decode_key<Key>(rows.key())) find(table.name, printable(rows.key()), "malformed key");
    if (!record.ok()) find(table.name, printable(rows.key()), record.error().detail);
  }
}

void Verifier::check_totals(const std::string& path, const Totals& stored, const Totals& counted) {
  const std::string text = differences(stored, counted);
  if (!text.empty()) find(catalog::names.name, path, "totals: " + text);
}

bool Verifier::was_drawn(ObjectId id) const {
  return id < root_id ? id.value > 0 && id.value < state_.next_link : id.value < state_.next_object;
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

std::uint64_t verify(const ReadTxn& txn, const VerifyOptions& options,
                     const std::function<void(const Finding&)>& report) {
  return Verifier(txn, options, report).run();
}

}  // namespace dobson::storage
