#include "storage/query/cluster.h"

#include "storage/catalog/catalog.h"

namespace dobson::storage {

StateCounts count_state(const ReadTxn& txn) {
  StateCounts counts{.totals = read_state(txn).totals,
                     .deleted_directories = txn.rows(catalog::deleted_directories.index),
                     .deleted_keys = txn.rows(catalog::deleted_keys.index)};
  TableCursor containers(txn, catalog::containers);
  for (bool more = containers.first(); more; more = containers.next()) {
    ++counts.containers;
    if (containers.record().state == ContainerState::open) ++counts.open_containers;
  }
  return counts;
}

}  // namespace dobson::storage
