#pragma once

// Moves what was deleted from stage to stage, until the purge of blocks takes it: children of
// deleted directories, then blocks of deleted keys; and drops uploads that nobody finishes. All
// that it knows stands in the state, so a restart goes on where it was. Each command takes
// limits::purged_rows rows and is committed before the next, behind the clients' commands.

#include "core/time/clock.h"
#include "storage/env/env.h"
#include "storage/log/log.h"

namespace dobson::storage {

class DeletionStages {
 public:
  DeletionStages(const Env& state, Log& log, UnixMillis upload_life_ms)
      : state_(state), log_(log), upload_life_ms_(upload_life_ms) {}

  // One round. True: there is more to do at once. One caller at a time.
  bool run_once(UnixMillis now);
  bool failed() const { return failed_; }  // the last round

 private:
  const Env& state_;
  Log& log_;
  const UnixMillis upload_life_ms_;
  bool failed_ = false;
};

}  // namespace dobson::storage
