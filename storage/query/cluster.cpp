#include "storage/query/cluster.h"

#include "storage/catalog/catalog.h"

namespace dobson::storage {

StateCounts count_state(const ReadTxn& txn) {
  const StateRecord state = read_state(txn);
  return {.totals = state.totals,
          .deleted = state.deleted,
          .containers = state.containers,
          .parts = state.parts,
          .deleted_keys = state.deleted_keys,
          .deleted_blocks = state.deleted_blocks,
          .uploads = txn.rows(catalog::uploads.index),
          .deleted_directories = txn.rows(catalog::deleted_directories.index)};
}

}  // namespace dobson::storage
