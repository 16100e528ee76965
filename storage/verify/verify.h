#pragma once

// Whether `state/` is what it says it is. Every row of every table is decoded; then totals are
// counted from scratch, and every row is compared with every table that speaks of the same thing.
// Nothing is changed; memory does not grow with the number of rows. One snapshot is read
// throughout, so a running server is verified as of one moment (and its file grows meanwhile).

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "storage/env/txn.h"
#include "storage/model/ids.h"

namespace dobson::storage {

struct Finding {
  std::string table;
  std::string row;  // its key, readable
  std::string what;
};

struct VerifyOptions {
  // Reads the bytes of a live block. Absent: no bytes are read.
  std::function<Status(const BlockRef&)> check_block;
  // Rows looked at so far, of how many. May be absent.
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;
  // Of the ids of objects and links, how many are checked together, at two bits each; more take
  // more passes over the names.
  std::uint64_t ids_at_once = limits::verify_ids;
};

// Calls `report` for each thing that is wrong; returns how many there were. While rows do not
// decode, they are the only findings: what would be compared is not known.
std::uint64_t verify(const ReadTxn& txn, const VerifyOptions& options,
                     const std::function<void(const Finding&)>& report);

}  // namespace dobson::storage
