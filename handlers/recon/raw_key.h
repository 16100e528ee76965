#pragma once

// The key of a row as the tables of Ozone have it: what `key` and `lastKey` are, and what a cursor
// `prevKey` is (spec/recon.md §4.8, §5.2). Of an OBJECT_STORE bucket it is made of names, of a
// FILE_SYSTEM_OPTIMIZED one of ids. Which of the two a text is does not show: a volume and a bucket
// may be called by numbers.

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/ids.h"

namespace dobson::recon {

// `/volume/bucket/key`
struct FlatKey {
  std::string_view volume;
  std::string_view bucket;
  std::string_view key;
  bool operator==(const FlatKey&) const = default;
};

// `/volumeId/bucketId/parentId/name`, ids in decimal
struct TreeKey {
  storage::ObjectId volume;
  storage::ObjectId bucket;
  storage::ObjectId parent;  // the directory or bucket that it is in
  std::string_view name;     // the last component
  bool operator==(const TreeKey&) const = default;
};

std::string to_text(const FlatKey& key);
std::string to_text(const TreeKey& key);

// Nothing if the text has another form. The last piece is all that follows, slashes too, and may be
// empty.
std::optional<FlatKey> flat_key_of(std::string_view text);
std::optional<TreeKey> tree_key_of(std::string_view text);

}  // namespace dobson::recon
