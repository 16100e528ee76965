#pragma once

// What is deleted and waits, by id, behind `after` (storage/model/rows.h).

#include <functional>

#include "storage/env/txn.h"
#include "storage/model/rows.h"

namespace dobson::storage {

// The visitors return false to stop; true when one did, so rows may remain.
using DeletedKeyVisitor = std::function<bool(ObjectId content, const DeletedKeyRecord&)>;
using DeletedDirectoryVisitor = std::function<bool(ObjectId id, const DeletedDirectoryRecord&)>;

bool visit_deleted_keys(const ReadTxn& txn, ObjectId after, const DeletedKeyVisitor& visit);
// Uploads and buckets as well, which have no totals.
bool visit_deleted_directories(const ReadTxn& txn, ObjectId after,
                               const DeletedDirectoryVisitor& visit);

}  // namespace dobson::storage
