#pragma once

// What a path of /namespace names (spec/recon.md §4.12, «Path handling»).

#include <memory_resource>
#include <string_view>
#include <variant>

#include "storage/query/namespace.h"

namespace dobson::recon {

// Of a key or directory, with the bucket that it is in.
template <class Record>
struct InBucket {
  storage::BucketRecord bucket;
  Record record;
};
using Directory = InBucket<storage::DirectoryRecord>;
using Key = InBucket<storage::KeyRecord>;

struct Place {
  std::string_view path = "";    // normalised; empty: nothing is there
  std::string_view volume = "";  // names, as far as there are such
  std::string_view bucket = "";
  std::string_view name =
      {};  // of a directory or key: in a tree its last component, else all of it
  // Nothing, the root by its totals, or what is there.
  std::variant<std::monostate, storage::Totals, storage::VolumeRecord, storage::BucketRecord,
               Directory, Key>
      found = {};

  // Null: of a key, or of nothing.
  const storage::Totals* totals() const;
};

// Views are of `path` or in the arena.
Place find_place(const storage::ReadTxn& txn, std::string_view path,
                 std::pmr::memory_resource& arena);

}  // namespace dobson::recon
