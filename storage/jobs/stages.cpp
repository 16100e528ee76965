#include "storage/jobs/stages.h"

#include <vector>

#include "core/base/limits.h"
#include "core/log/log.h"
#include "storage/catalog/catalog.h"
#include "storage/env/error.h"
#include "storage/log/commit.h"

namespace dobson::storage {

namespace {

std::vector<Command> next_commands(const ReadTxn& txn, UnixMillis uploads_before) {
  std::vector<Command> commands;
  const auto upload = first_row(txn, catalog::uploads);
  if (upload && upload->record.created < uploads_before) {
    commands.push_back(DropUploads{uploads_before, limits::purged_rows});
  }
  if (txn.rows(catalog::deleted_directories.index) != 0) {
    commands.push_back(PurgeDirectories{limits::purged_rows});
  }
  if (txn.rows(catalog::deleted_keys.index) != 0) {
    commands.push_back(PurgeKeys{limits::purged_rows});
  }
  return commands;
}

}  // namespace

bool DeletionStages::run_once(UnixMillis now) {
  failed_ = true;
  try {
    for (Command& command : next_commands(Snapshot(state_), now - upload_life_ms_)) {
      if (!commit_and_wait(log_, std::move(command), Priority::background).ok()) return false;
    }
    const bool more = !next_commands(Snapshot(state_), now - upload_life_ms_).empty();
    failed_ = false;
    return more;
  } catch (const EnvError& error) {
    log::error("jobs", "what was deleted does not go on: {}", error.what());
    return false;
  }
}

}  // namespace dobson::storage
