#include "storage/query/containers.h"

#include <limits>
#include <utility>

#include "core/base/limits.h"
#include "storage/catalog/names.h"

namespace dobson::storage {

namespace {

constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

// A key that was found by its place in the index, or nothing: it is of no such content.
std::optional<KeyRecord> key_at(const ReadTxn& txn, ObjectId parent, const std::string& name) {
  const auto row = find_name(txn, parent, name);
  if (!row || !is_row_of<KeyRecord>(*row)) return std::nullopt;
  return decode_name_row<KeyRecord>(name, *row);
}

// The greatest key of the index that is not behind the place.
ContainerKey end_of(const ReadTxn& txn, ContainerId container, const KeyPlace& place) {
  if (place.name.size() < limits::indexed_name_bytes) {
    return container_key(container, place.parent, place.name, {greatest});
  }
  const auto key = key_at(txn, place.parent, place.name);
  return container_key(container, place.parent, place.name, key ? key->id : ObjectId{});
}

}  // namespace

std::optional<ContainerRecord> find_container(const ReadTxn& txn, ContainerId id) {
  return get(txn, catalog::containers, id);
}

bool visit_containers_of_keys(const ReadTxn& txn, ContainerId after,
                              const ContainerIdVisitor& visit) {
  TableCursor rows(txn, catalog::container_keys);
  while (rows.seek({{after.value + 1}, {}, {}, {}})) {
    after = rows.key().container;
    if (!visit(after)) return true;
  }
  return false;
}

bool visit_container_keys(const ReadTxn& txn, ContainerId container, const KeyPlace& after,
                          const ContainerKeyVisitor& visit) {
  TableCursor rows(txn, catalog::container_keys);
  const ContainerKey end = end_of(txn, container, after);
  for (bool more = rows.seek(end); more; more = rows.next()) {
    ContainerKey key = rows.key();
    if (key == end) continue;
    if (key.container != container) return false;
    const KeyPlace place{key.parent, std::move(key.name) + rows.record().rest};
    const auto record = key_at(txn, place.parent, place.name);
    if (!record) throw_corrupt_row(catalog::container_keys.name, place.name, "of no key");
    if (!visit(place, *record)) return true;
  }
  return false;
}

bool visit_deleted_blocks(const ReadTxn& txn, ContainerId after, const DeletedBlockVisitor& visit) {
  TableCursor rows(txn, catalog::deleted_blocks);
  for (bool more = rows.seek({{after.value + 1}, 0}); more; more = rows.next()) {
    if (!visit(rows.key())) return true;
  }
  return false;
}

}  // namespace dobson::storage
