#pragma once

// Containers and what is in them. Visitors return false to stop; true when the visitor did.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "storage/catalog/catalog.h"
#include "storage/env/txn.h"

namespace dobson::storage {

std::optional<ContainerRecord> find_container(const ReadTxn& txn, ContainerId id);

// By id, behind `after`.
template <class View = ContainerRecord, class Visit>  // bool(ContainerId, const View&)
bool visit_containers(const ReadTxn& txn, ContainerId after, Visit&& visit) {
  TableCursor rows(txn, catalog::containers);
  for (bool more = rows.seek({after.value + 1}); more; more = rows.next()) {
    if (!visit(rows.key(), rows.record<View>())) return true;
  }
  return false;
}

// Containers that have keys, whatever their own rows say.
using ContainerIdVisitor = std::function<bool(ContainerId)>;
bool visit_containers_of_keys(const ReadTxn& txn, ContainerId after,
                              const ContainerIdVisitor& visit);

// Where a key of a container stands; its parent is a bucket or a directory.
struct KeyPlace {
  ObjectId parent;
  std::string name;
};

// The keys that have blocks in a container, by parent and name, behind `after`, whether or not that
// is still there. Those of names longer than limits::indexed_name_bytes that begin alike by age:
// they may come twice when `after` is one of them and is gone.
using ContainerKeyVisitor = std::function<bool(const KeyPlace&, const KeyRecord&)>;
bool visit_container_keys(const ReadTxn& txn, ContainerId container, const KeyPlace& after,
                          const ContainerKeyVisitor& visit);

// Deleted blocks whose space was not given back yet, of one container after another.
using DeletedBlockVisitor = std::function<bool(const BlockId&)>;
bool visit_deleted_blocks(const ReadTxn& txn, ContainerId after, const DeletedBlockVisitor& visit);

}  // namespace dobson::storage
