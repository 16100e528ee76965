#pragma once

// From ids back to names.

#include <optional>
#include <string>

#include "storage/env/txn.h"
#include "storage/model/ids.h"

namespace dobson::storage {

// "volume/bucket/directory/" of a bucket or directory; of what is deleted, as it was, while it has
// children. Nothing: there is no such id.
std::optional<std::string> path_of(const ReadTxn& txn, ObjectId id);

}  // namespace dobson::storage
