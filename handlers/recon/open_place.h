#pragma once

// Where a row of open keys stands: those of OBJECT_STORE buckets, then files, each by volume,
// bucket, key and who writes it (spec/recon.md §4.8, D24).

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "handlers/recon/key_prefix.h"
#include "storage/query/namespace.h"

namespace dobson::recon {

struct OpenPlace {
  bool tree = false;  // of a FILE_SYSTEM_OPTIMIZED bucket
  std::string volume = {};
  std::string bucket = {};
  std::string key = {};
  std::string writer = {};  // a client's number, or the id of a multipart upload
  auto operator<=>(const OpenPlace&) const = default;
};

// Of a cursor. key_not_found: it is of a directory that is gone.
Result<OpenPlace> open_place_of(const storage::ReadTxn& txn, std::string_view raw_key);

// The raw key of what stands there. In a tree it names the innermost directory that is there
// already, and behind it what is still to be made.
std::string raw_key_of(const storage::ReadTxn& txn, const OpenPlace& place,
                       storage::ObjectId volume, const storage::BucketRecord& bucket);

// Which of these rows `startPrefix` wants: a text that raw keys of names begin with; of a tree a
// directory, or a file.
class OpenFilter {
 public:
  explicit OpenFilter(std::string_view text);

  // What it is about, if it names a bucket; everything is wanted if there is no text.
  const std::optional<KeyPrefix>& prefix() const { return prefix_; }
  bool takes(const OpenPlace& place) const;
  bool takes_bucket(bool tree, const storage::BucketPlace& bucket) const;
  // What the keys of such a bucket begin with.
  std::string_view key_prefix(bool tree) const;

 private:
  std::string_view text_;
  std::optional<KeyPrefix> prefix_;
  std::string path_;  // in a tree
};

}  // namespace dobson::recon
