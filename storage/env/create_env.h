#pragma once

// A new environment is made aside and gets its name when it is whole: LMDB syncs nothing before its
// first commit, so a power cut in between would leave a file that no start can open.

#include <functional>

#include "core/base/result.h"
#include "storage/env/txn.h"

namespace dobson::storage {

// Makes the environment, with what `fill` puts into it, unless its directory is there; its parent
// must be. Durable on return. io; throws EnvError.
Status create_env(const EnvOptions& options, const std::function<void(WriteTxn&)>& fill);

}  // namespace dobson::storage
