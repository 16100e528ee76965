#include "storage/query/path.h"

#include "storage/catalog/catalog.h"
#include "storage/query/namespace.h"

namespace dobson::storage {

std::optional<std::string> path_of(const ReadTxn& txn, ObjectId id) {
  std::optional<std::string> found;
  visit_all_buckets(txn, {}, [&](const BucketPlace& place, const BucketRecord& bucket) {
    const auto above = std::string(place.volume).append("/").append(place.bucket) + '/';
    if (bucket.id == id) found = above;
    if (bucket.layout == Layout::object_store) return !found;
    visit_keys(txn, KeySpace(bucket, true), {}, [&](const KeyRow& row) {
      if (row.id == id && row.name.ends_with('/')) found = above + std::string(row.name);
      return !found;
    });
    return !found;
  });
  if (const auto deleted = found ? std::nullopt : get(txn, catalog::deleted_directories, id)) {
    found = deleted->path;
  }
  return found;
}

}  // namespace dobson::storage
