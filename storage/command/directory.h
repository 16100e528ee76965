#pragma once

// Directories of FILE_SYSTEM_OPTIMIZED buckets (spec/ozone-rest.md §4.13): what PutKey, DeleteKey
// and RenameKey do where the name is a directory's.

#include "storage/command/command.h"
#include "storage/command/location.h"

namespace dobson::storage {

Result<Outcome> put_directory(Batch& batch, UnixMillis now, Location at, const PutKey& command);
Status delete_directory(Batch& batch, UnixMillis now, const Location& at, std::string path,
                        const KeyCondition& condition, bool recursive);
Result<Outcome> rename_directory(Batch& batch, UnixMillis now, const Location& from, Location to);

}  // namespace dobson::storage
