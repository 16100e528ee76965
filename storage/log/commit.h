#pragma once

// `propose` for threads that may block: background jobs, never a reactor.

#include "storage/log/log.h"

namespace dobson::storage {

// The outcome of `command`, or why there is none; errors as in Proposal::outcome.
Result<Outcome> commit_and_wait(Log& log, Command command, Priority priority);

}  // namespace dobson::storage
