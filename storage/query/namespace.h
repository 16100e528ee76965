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

// A key in a listing, decoded as far as listings need it, without allocation; or a directory, as a
// key of no bytes.
struct KeyRow {
  std::string_view name;
  ObjectId id;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::uint64_t size = 0;
  std::uint64_t version = 0;
  const Md5* digest = nullptr;  // EntityTag::digest; null: a directory
  std::uint64_t parts = 0;

  // Of the bytes; null when that is not known.
  const Md5* md5() const { return parts == 0 ? digest : nullptr; }
};

Result<VolumeRecord> find_volume(const ReadTxn& txn, std::string_view volume);
Result<BucketRecord> find_bucket(const ReadTxn& txn, std::string_view volume,
                                 std::string_view bucket);
// invalid_key_name: not normal in a FILE_SYSTEM_OPTIMIZED bucket. A directory is found as a key of
// no bytes.
Result<KeyRecord> find_key(const ReadTxn& txn, std::string_view volume, std::string_view bucket,
                           std::string_view key);

// `path` ends in a slash. key_not_found, invalid_key_name: likewise.
Result<DirectoryRecord> find_directory(const ReadTxn& txn, const BucketRecord& bucket,
                                       std::string_view path);

// Whether a key or directory could be put there: invalid_key_name, key_exists (spec/ozone-rest.md
// §4.13).
Status check_path(const ReadTxn& txn, const BucketRecord& bucket, std::string_view path);

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

// Buckets of all volumes, by volume and then by name, that stand behind `after`. A volume without
// any is visited as well, so that the visitor can stop there: no name, null. The visitor returns
// false to stop; true when it did.
struct BucketPlace {
  std::string_view volume;
  std::string_view bucket;
};
using BucketOfVisitor = std::function<bool(const BucketPlace&, const BucketRecord*)>;
bool visit_all_buckets(const ReadTxn& txn, const BucketPlace& after, const BucketOfVisitor& visit);

// What stands right below a bucket or directory: a key, or, with a slash behind its name, a
// directory with the totals of all that is in it. In an OBJECT_STORE bucket these are its keys.
struct Entry {
  std::string_view name;
  bool directory = false;
  std::uint64_t directories = 0;  // all below it
  std::uint64_t bytes = 0;
  std::uint64_t replicated_bytes = 0;
};
using EntryVisitor = std::function<bool(const Entry&)>;
bool visit_entries(const ReadTxn& txn, ObjectId parent, Replication replication,
                   std::string_view after, const EntryVisitor& visit);

// Whose keys are listed, and how.
struct KeySpace {
  ObjectId bucket;
  Layout layout = Layout::object_store;
  bool directories = false;  // they are listed as well

  KeySpace(const BucketRecord& record, bool with_directories = false)
      : bucket(record.id), layout(record.layout), directories(with_directories) {}
};

// The hot loop of listings. Where directories are not listed, `tired` is asked at each that is
// passed because no key is below it; true: the scan is left there.
class KeyScan {
 public:
  KeyScan(const ReadTxn& txn, const KeySpace& space, const Range& range,
          std::function<bool()> tired = {});

  // False: no more, or it is left. The row ends with the next call.
  bool next();
  const KeyRow& row() const { return row_; }
  // Where it was left: a Range::after that goes on.
  std::string_view place() const { return names_.name(); }
  // `next` goes on behind all names that begin with these bytes.
  void skip(std::string_view prefix) { names_.skip(prefix); }

 private:
  NameScan names_;
  bool directories_;
  std::function<bool()> tired_;
  KeyRow row_;
};

template <class Visit>  // bool(const KeyRow&)
bool visit_keys(KeyScan& keys, Visit&& visit) {
  while (keys.next()) {
    if (!visit(keys.row())) return true;
  }
  return false;
}

template <class Visit>
bool visit_keys(const ReadTxn& txn, const KeySpace& space, const Range& range, Visit&& visit) {
  KeyScan keys(txn, space, range);
  return visit_keys(keys, visit);
}

// With names that have the delimiter behind the range's prefix rolled up: each such beginning is
// visited once, and all that follows it is skipped, not scanned. When `range.after` is one, what it
// rolls up is not visited again.
template <class VisitKey, class VisitPrefix>  // bool(const KeyRow&), bool(std::string_view)
bool visit_rolled_up(KeyScan& keys, const Range& range, std::string_view delimiter,
                     VisitKey&& visit_key, VisitPrefix&& visit_prefix) {
  const auto rolled_up = [&](std::string_view name) {
    if (!name.starts_with(range.prefix)) return std::string_view{};
    const std::size_t at = name.find(delimiter, range.prefix.size());
    return at == name.npos ? std::string_view{} : name.substr(0, at + delimiter.size());
  };
  if (!range.after.empty() && rolled_up(range.after) == range.after) keys.skip(range.after);
  while (keys.next()) {
    const std::string_view common = rolled_up(keys.row().name);
    if (!(common.empty() ? visit_key(keys.row()) : visit_prefix(common))) return true;
    if (!common.empty()) keys.skip(common);
  }
  return false;
}

// A multipart upload in a listing: by key, then in order of starting.
struct UploadView {
  std::string_view key;
  ObjectId id;
  UnixMillis created = 0;
};

// upload_not_found: none of that id, or of another key.
Result<UploadRecord> find_upload(const ReadTxn& txn, std::string_view volume,
                                 std::string_view bucket, std::string_view key, ObjectId id);

// Of a bucket, by key, those of `range.after` itself only if they are behind `after`; and the parts
// of an upload whose number is greater than `after`.
using UploadVisitor = std::function<bool(const UploadView&)>;
using PartVisitor = std::function<bool(std::uint64_t number, const PartRecord&)>;
bool visit_uploads(const ReadTxn& txn, const BucketRecord& bucket, const Range& range,
                   const UploadVisitor& visit, ObjectId after = ObjectId{UINT64_MAX});
bool visit_parts(const ReadTxn& txn, ObjectId upload, std::uint64_t after,
                 const PartVisitor& visit);

}  // namespace dobson::storage
