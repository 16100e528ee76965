#include "storage/jobs/purge.h"

#include <utility>

#include "core/base/limits.h"
#include "core/log/log.h"
#include "storage/blocks/block_format.h"
#include "storage/env/error.h"
#include "storage/log/commit.h"

namespace dobson::storage {

Purge::Purge(ManagedBlockStore& store, BlockIndex& index, Log& log, UnixMillis delete_delay_ms)
    : store_(store), index_(index), log_(log), delete_delay_ms_(delete_delay_ms) {
  for (const ContainerRow& container : index.containers()) {
    const bool has_file = container.state < ContainerState::deleting;
    if (container.state != ContainerState::open && has_file) unchecked_.push_back(container.id);
  }
}

bool Purge::run_once(UnixMillis now) {
  failed_ = true;
  if (store_.stopped()) return false;
  try {
    const bool more = round(now);
    failed_ = false;
    return more;
  } catch (const EnvError& error) {
    log::error("blocks", "the purge failed: {}", error.what());
    return false;
  }
}

bool Purge::round(UnixMillis now) {
  store_.give_back(index_, store_.take_garbage());
  const bool purged = purge_noted();
  const bool more = note_deleted(now - delete_delay_ms_);
  if (!unchecked_.empty()) {
    const Status checked = store_.reclaim(index_, unchecked_.back());
    if (!checked.ok()) log::error("blocks", "not reclaimed: {}", checked.error().detail);
    unchecked_.pop_back();
  }
  return purged && more;
}

bool Purge::purge_noted() {
  if (noted_.blocks.empty() || index_.oldest_snapshot() < noted_.snapshot) return false;
  PurgeBlocks purge;
  std::vector<Garbage> garbage;
  for (const BlockRef& block : std::exchange(noted_.blocks, {})) {
    if (store_.pinned(block.id)) continue;
    purge.blocks.push_back(block.id);
    const std::uint64_t end = block.id.local + bytes_on_disk(block.length);
    garbage.push_back({block.id.container, {block.id.local, end}});
  }
  if (purge.blocks.empty()) return true;
  const auto committed = commit_and_wait(log_, std::move(purge), Priority::background);
  if (!committed.ok()) return false;
  store_.give_back(index_, std::move(garbage));
  return true;
}

// True when the page was full.
bool Purge::note_deleted(UnixMillis until) {
  if (!noted_.blocks.empty()) return false;
  noted_ = index_.deleted_blocks(noted_.last, until, limits::purged_blocks);
  return noted_.blocks.size() == limits::purged_blocks;
}

}  // namespace dobson::storage
