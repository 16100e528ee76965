#include "storage/query/deleted.h"

#include "storage/catalog/catalog.h"

namespace dobson::storage {

namespace {

template <class Table, class Visitor>
bool visit_behind(const ReadTxn& txn, const Table& table, ObjectId after, const Visitor& visit) {
  TableCursor rows(txn, table);
  for (bool more = rows.seek(after); more; more = rows.next()) {
    const ObjectId id = rows.key();
    if (id != after && !visit(id, rows.record())) return true;
  }
  return false;
}

}  // namespace

bool visit_deleted_keys(const ReadTxn& txn, ObjectId after, const DeletedKeyVisitor& visit) {
  return visit_behind(txn, catalog::deleted_keys, after, visit);
}

bool visit_deleted_directories(const ReadTxn& txn, ObjectId after,
                               const DeletedDirectoryVisitor& visit) {
  return visit_behind(txn, catalog::deleted_directories, after, visit);
}

}  // namespace dobson::storage
