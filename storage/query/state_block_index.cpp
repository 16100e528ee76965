#include "storage/query/state_block_index.h"

#include <algorithm>
#include <concepts>
#include <optional>

#include "storage/blocks/block_format.h"
#include "storage/catalog/catalog.h"

namespace dobson::storage {

namespace {

// The rows of one container in `catalog::blocks` or `catalog::deleted_blocks`.
template <class Key, class Record>
class BlocksOf {
 public:
  BlocksOf(const ReadTxn& txn, const Table<Key, Record>& table, ContainerId container)
      : container_(container), rows_(txn, table) {}

  std::optional<BlockRef> seek(std::uint64_t local) { return on(rows_.seek(key(local))); }
  // A block that is part of several contents comes once.
  std::optional<BlockRef> next() { return seek(block_of(rows_.key()).local + 1); }
  std::optional<BlockRef> seek_before(std::uint64_t local) {
    return on(rows_.seek_before(key(local)));
  }

 private:
  static BlockId block_of(const BlockId& key) { return key; }
  static BlockId block_of(const BlockKey& key) { return key.block; }

  Key key(std::uint64_t local) const {
    if constexpr (std::same_as<Key, BlockId>) {
      return {container_, local};
    } else {
      return {{container_, local}, {}};
    }
  }
  std::optional<BlockRef> on(bool found) const {
    if (!found || block_of(rows_.key()).container != container_) return std::nullopt;
    return BlockRef{block_of(rows_.key()), rows_.record().length};
  }

  ContainerId container_;
  TableCursor<Key, Record> rows_;
};

template <class Key, class Record>
ByteRange gap_in(const ReadTxn& txn, const Table<Key, Record>& table, ContainerId container,
                 ByteRange range) {
  BlocksOf rows(txn, table, container);
  const auto before = rows.seek_before(range.begin);
  const auto after = rows.seek(range.end);
  return {before ? before->id.local + bytes_on_disk(before->length) : 0,
          after ? after->id.local : UINT64_MAX};
}

}  // namespace

std::vector<ContainerRow> StateBlockIndex::containers() {
  const Snapshot txn(state_);
  std::vector<ContainerRow> found;
  TableCursor rows(txn, catalog::containers);
  for (bool more = rows.first(); more; more = rows.next()) {
    const ContainerRecord container = rows.record();
    found.push_back(
        {rows.key(), container.state, container.blocks, container.keys, container.replication});
  }
  return found;
}

void StateBlockIndex::visit_blocks(BlockId first,
                                   const std::function<bool(const BlockRef&)>& visit) {
  const Snapshot txn(state_);
  BlocksOf live_rows(txn, catalog::blocks, first.container);
  BlocksOf deleted_rows(txn, catalog::deleted_blocks, first.container);
  auto live = live_rows.seek(first.local);
  auto deleted = deleted_rows.seek(first.local);
  while (live || deleted) {
    const bool live_first = live && (!deleted || live->id < deleted->id);
    if (!visit(live_first ? *live : *deleted)) return;
    if (live_first) {
      live = live_rows.next();
    } else {
      deleted = deleted_rows.next();
    }
  }
}

ByteRange StateBlockIndex::gap_around(ContainerId container, ByteRange range) {
  const Snapshot txn(state_);
  const ByteRange live = gap_in(txn, catalog::blocks, container, range);
  const ByteRange deleted = gap_in(txn, catalog::deleted_blocks, container, range);
  return {std::max(live.begin, deleted.begin), std::min(live.end, deleted.end)};
}

DeletedBlocks StateBlockIndex::deleted_blocks(BlockId after, UnixMillis until, std::size_t count) {
  const Snapshot txn(state_);
  DeletedBlocks page{{}, txn.id(), {}};
  TableCursor rows(txn, catalog::deleted_blocks);
  for (bool more = rows.seek({after.container, after.local + 1}); more; more = rows.next()) {
    const DeletedBlockRecord deleted = rows.record();
    if (deleted.deleted > until) continue;
    const BlockId id = rows.key();
    page.blocks.push_back({id, deleted.length});
    if (page.blocks.size() < count) continue;
    page.last = id;
    break;
  }
  return page;
}

}  // namespace dobson::storage
