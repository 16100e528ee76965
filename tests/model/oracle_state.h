#pragma once

// What the oracle of the model test has: maps of whole names.

#include <map>
#include <string>
#include <vector>

#include "storage/command/command.h"
#include "storage/model/rows.h"

namespace dobson::test {

struct OracleKey {
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::uint64_t size = 0;
  std::uint64_t version = 0;
  storage::EntityTag tag;
  std::vector<storage::BlockRef> blocks;
  std::vector<storage::Metadata> metadata;
};

struct OracleDirectory {
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::size_t reach = 0;
};

struct OracleUpload {
  std::string key;
  UnixMillis created = 0;
  std::vector<storage::Metadata> metadata;
  std::map<std::uint64_t, OracleKey> parts;  // size, tag, blocks
};

struct OracleBucket {
  storage::CreateBucket made;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::map<std::string, OracleKey> keys;
  std::map<std::string, OracleDirectory> directories;
  std::map<storage::ObjectId, OracleUpload> uploads;

  bool in_tree() const { return made.layout == storage::Layout::file_system_optimized; }
  bool is_directory(const std::string& name) const { return in_tree() && name.ends_with('/'); }
};

struct OracleVolume {
  storage::CreateVolume made;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::map<std::string, OracleBucket> buckets;

  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [name, bucket] : buckets) {
      for (const auto& [key_name, key] : bucket.keys) sum += key.size;
    }
    return sum;
  }
};

}  // namespace dobson::test
