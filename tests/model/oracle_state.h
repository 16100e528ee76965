#pragma once

// What the oracle of the model test has: maps of whole names.

#include <algorithm>
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

// Whether a key or part has a block of that kind.
bool is_any_live(const std::map<std::string, OracleVolume>& volumes, const auto& is_it) {
  const auto has = [&](const OracleKey& key) {
    return std::ranges::any_of(key.blocks, [&](const auto& block) { return is_it(block.id); });
  };
  for (const auto& [volume_name, volume] : volumes) {
    for (const auto& [bucket_name, bucket] : volume.buckets) {
      for (const auto& [name, key] : bucket.keys) {
        if (has(key)) return true;
      }
      for (const auto& [upload_id, upload] : bucket.uploads) {
        for (const auto& [number, part] : upload.parts) {
          if (has(part)) return true;
        }
      }
    }
  }
  return false;
}

// Whether the life of a container goes on that way.
inline bool may_follow(storage::ContainerState from, storage::ContainerState to, bool has_blocks) {
  using State = storage::ContainerState;
  const bool next = static_cast<int>(to) == static_cast<int>(from) + 1;
  const bool skips = from == State::open && to == State::closed;
  return (next || skips) && !(to == State::deleting && has_blocks);
}

}  // namespace dobson::test
