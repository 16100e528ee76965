#include "storage/query/path.h"

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"

namespace dobson::storage {

namespace {

// A name can be longer only where parents turn in a circle.
constexpr std::size_t path_bytes = 2 * (limits::name_bytes_max + 1) + limits::key_name_bytes;

}  // namespace

std::optional<std::string> path_of(const ReadTxn& txn, ObjectId id) {
  std::string path;
  while (id != root_id) {
    const auto here = get(txn, catalog::parents, id);
    if (!here) {
      const auto deleted = get(txn, catalog::deleted_directories, id);
      return deleted ? std::optional(deleted->path + path) : std::nullopt;
    }
    if (!here->name.ends_with('/')) path.insert(0, "/");
    path.insert(0, here->name);
    if (path.size() > path_bytes) throw_corrupt_row(catalog::parents.name, path, "endless");
    id = here->parent;
  }
  return path;
}

}  // namespace dobson::storage
