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

// Volumes stand under `root_id`, buckets under their volume. In an OBJECT_STORE bucket the whole
// name of a key is one row's; in a FILE_SYSTEM_OPTIMIZED one each component has a row, a
// directory's name ends in '/', and walking depth first is the byte order of whole names. The parts
// of an upload stand under it by number (`part_name`). A name is any bytes; long ones are split
// (storage/catalog/names.h, the one way into this table).
struct NameKey {
  ObjectId parent;
  std::string_view name;
  bool operator==(const NameKey&) const = default;
};
void fields(auto&& visit, Of<NameKey> auto& key) {
  visit(key.parent, key.name);
}

using NameRow = std::variant<NameLink, VolumeRecord, BucketRecord, KeyRecord, DirectoryRecord,
                             UploadRow, PartRecord>;

// The front of a volume, bucket or directory: all that a look-up below it needs.
struct ParentFront {
  ObjectId id;
};
void fields(auto&& visit, Of<ParentFront> auto& front) {
  visit(front.id);
}

template <class Record>
bool is_row_of(std::string_view row) {
  return !row.empty() && row[0] == TagOf<Record, NameRow>::value;
}

// The name of an upload's row, under the parent of its bucket's uploads; of a part's, under the
// upload.
std::string upload_row_name(std::string_view key, ObjectId upload);
std::string part_row_name(std::uint64_t number);
std::uint64_t part_number(std::string_view row_name);

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

// Copies of a key share its blocks: a block has a row for each content that it is part of.
struct BlockKey {
  BlockId block;
  ObjectId content;
  auto operator<=>(const BlockKey&) const = default;
};
void fields(auto&& visit, Of<BlockKey> auto& key) {
  visit(key.block.container, key.block.local, key.content);
}

// A key that has blocks in a container, by where it stands; of those whose names begin with the
// same limits::indexed_name_bytes the older content first.
struct ContainerKey {
  ContainerId container;
  ObjectId parent;
  std::string name;  // limits::indexed_name_bytes of it at most
  ObjectId content;
  bool operator==(const ContainerKey&) const = default;
};
void fields(auto&& visit, Of<ContainerKey> auto& key) {
  visit(key.container, key.parent, key.name, key.content);
}

ContainerKey container_key(ContainerId container, ObjectId parent, std::string_view name,
                           ObjectId content);
// What the key of such a row leaves out of the name.
std::string rest_of_name(std::string_view name);

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
inline constexpr Table<BlockKey, BlockRecord> blocks{4, "blocks", TableClass::derived};
inline constexpr Table<BlockId, DeletedBlockRecord> deleted_blocks{5, "deleted_blocks",
                                                                   TableClass::replicated};
inline constexpr Table<ObjectId, UploadRecord> uploads{6, "uploads", TableClass::replicated};
// By the id that the children have as their parent.
inline constexpr Table<ObjectId, DeletedDirectoryRecord> deleted_directories{
    7, "deleted_directories", TableClass::replicated};
// By content.
inline constexpr Table<ObjectId, DeletedKeyRecord> deleted_keys{8, "deleted_keys",
                                                                TableClass::replicated};
inline constexpr Table<ContainerKey, ContainerKeyRecord> container_keys{9, "container_keys",
                                                                        TableClass::derived};
// Of volumes, buckets and directories; not of deleted ones, which know their path.
inline constexpr Table<ObjectId, ParentRecord> parents{10, "parents", TableClass::derived};

// The tables of `state/`, each at the place that is its index.
inline constexpr auto state =
    std::tie(meta, names, volumes_by_owner, containers, blocks, deleted_blocks, uploads,
             deleted_directories, deleted_keys, container_keys, parents);

}  // namespace catalog

template <class Record, class View>
View decode_name_row(std::string_view name, std::string_view row) {
  Decoder decoder(row);
  if (decoder.byte() != TagOf<Record, NameRow>::value) {
    throw_corrupt_row(catalog::names.name, name, "not of the kind that belongs there");
  }
  return decode_row_front<View>(catalog::names.name, name, decoder);
}

// How `state/` in a data directory is opened.
EnvOptions state_options(const std::filesystem::path& data, std::uint64_t map_size,
                         unsigned readers);

// Makes `state/` in a data directory unless it is there (storage/env/create_env.h).
Status create_state(const std::filesystem::path& data, std::uint64_t map_size);

// The counters of the state. Throws EnvError when there are none, or another Dobson wrote them.
StateRecord read_state(const ReadTxn& txn);
void write_state(WriteTxn& txn, const StateRecord& state);

}  // namespace dobson::storage
