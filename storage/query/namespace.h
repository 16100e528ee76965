#pragma once

// Look-ups and listings of the namespace. Errors say the first level that is missing
// (spec/ozone-rest.md §2.9). A damaged row is an EnvError; so is a key whose blocks are not as long
// as it is. A row handed to a visitor is a view that ends with its call.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "storage/catalog/names.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

// A key row in a listing, decoded as far as listings need it, without allocation.
struct KeyRow {
  std::string_view name;
  ObjectId id;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::uint64_t size = 0;
  std::uint64_t version = 0;
  const Md5* md5 = nullptr;  // null: a multipart key
};

Result<VolumeRecord> find_volume(const ReadTxn& txn, std::string_view volume);
Result<BucketRecord> find_bucket(const ReadTxn& txn, std::string_view volume,
                                 std::string_view bucket);
Result<KeyRecord> find_key(const ReadTxn& txn, std::string_view volume, std::string_view bucket,
                           std::string_view key);

// Totals of everything.
Totals root_totals(const ReadTxn& txn);

// Which names a listing shows: those that begin with `prefix` and are greater than `after`, in
// byte order. Both may be any bytes.
struct Range {
  std::string_view prefix;
  std::string_view after;
};

// The visitors return false to stop. True when the visitor stopped it, so rows may remain.
using VolumeVisitor = std::function<bool(std::string_view name, const VolumeRecord&)>;
using BucketVisitor = std::function<bool(std::string_view name, const BucketRecord&)>;

bool visit_volumes(const ReadTxn& txn, const Range& range, const VolumeVisitor& visit);
bool visit_volumes_of(const ReadTxn& txn, std::string_view owner, const Range& range,
                      const VolumeVisitor& visit);
bool visit_buckets(const ReadTxn& txn, ObjectId volume, const Range& range,
                   const BucketVisitor& visit);

// The hot loop of listings.
class KeyScan {
 public:
  KeyScan(const ReadTxn& txn, ObjectId bucket, const Range& range)
      : names_(txn, bucket, range.prefix, range.after) {}

  // False: no more. The row ends with the next call.
  bool next();
  const KeyRow& row() const { return row_; }

 private:
  NameScan names_;
  KeyRow row_;
};

template <class Visit>  // bool(const KeyRow&)
bool visit_keys(const ReadTxn& txn, ObjectId bucket, const Range& range, Visit&& visit) {
  KeyScan keys(txn, bucket, range);
  while (keys.next()) {
    if (!visit(keys.row())) return true;
  }
  return false;
}

}  // namespace dobson::storage
