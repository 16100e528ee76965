#pragma once

// The whole database on one page. A table that is not in `catalog::state` cannot be opened; opening
// and `verify` follow from it.

#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "storage/catalog/table.h"
#include "storage/model/ids.h"
#include "storage/model/namespace.h"
#include "storage/model/rows.h"

namespace dobson::storage {

// The one row of `meta`.
struct MetaKey {
  std::uint64_t row = 0;
  bool operator==(const MetaKey&) const = default;
};
void fields(auto&& visit, Of<MetaKey> auto& key) {
  visit(key.row);
}

// Volumes stand under `root_id`, buckets under their volume, keys under their bucket. A name is
// any bytes; long ones are split (storage/catalog/names.h, the one way into this table).
struct NameKey {
  ObjectId parent;
  std::string_view name;
  bool operator==(const NameKey&) const = default;
};
void fields(auto&& visit, Of<NameKey> auto& key) {
  visit(key.parent, key.name);
}

using NameRow = std::variant<NameLink, VolumeRecord, BucketRecord, KeyRecord>;

// What stands under `name`, which must be a `Record`. `View`: the record, or its first fields.
template <class Record, class View = Record>
View decode_name_row(std::string_view name, std::string_view row);

struct OwnerKey {
  std::string owner;
  std::string_view volume;
  bool operator==(const OwnerKey&) const = default;
};
void fields(auto&& visit, Of<OwnerKey> auto& key) {
  visit(key.owner, key.volume);
}

// The key says it all.
struct Present {};
void fields(auto&&, Of<Present> auto&) {}

namespace catalog {

inline constexpr Table<MetaKey, StateRecord> meta{0, "meta", TableClass::replicated};
inline constexpr Table<NameKey, NameRow> names{1, "namespace", TableClass::replicated};
inline constexpr Table<OwnerKey, Present> volumes_by_owner{2, "volumes_by_owner",
                                                           TableClass::derived};
inline constexpr Table<ContainerId, ContainerRecord> containers{3, "containers",
                                                                TableClass::replicated};
inline constexpr Table<BlockId, BlockRecord> blocks{4, "blocks", TableClass::derived};
inline constexpr Table<BlockId, DeletedBlockRecord> deleted_blocks{5, "deleted_blocks",
                                                                   TableClass::replicated};

// The tables of `state/`, each at the place that is its index.
inline constexpr auto state =
    std::tie(meta, names, volumes_by_owner, containers, blocks, deleted_blocks);

}  // namespace catalog

template <class Record, class View>
View decode_name_row(std::string_view name, std::string_view row) {
  Decoder decoder(row);
  if (decoder.byte() != TagOf<Record, NameRow>::value) {
    throw_corrupt_row(catalog::names.name, name, "not of the kind that belongs there");
  }
  View view{};
  const Status status = decode_front(decoder, view);
  if (!status.ok()) throw_corrupt_row(catalog::names.name, name, status.error().detail);
  return view;
}

// How `state/` in a data directory is opened.
EnvOptions state_options(const std::filesystem::path& data, std::uint64_t map_size,
                         unsigned readers);

// Makes `state/` in a data directory unless it is there (storage/env/create_env.h).
Status create_state(const std::filesystem::path& data, std::uint64_t map_size);

// The counters of the state. Throws EnvError when there are none, or a newer Dobson wrote them.
StateRecord read_state(const ReadTxn& txn);
void write_state(WriteTxn& txn, const StateRecord& state);

}  // namespace dobson::storage
