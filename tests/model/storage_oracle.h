#pragma once

// The state as nested maps: what commands do, written to be obviously right.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
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
  std::optional<storage::Md5> md5;
  std::vector<storage::BlockRef> blocks;
};

struct OracleBucket {
  storage::CreateBucket made;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::map<std::string, OracleKey> keys;
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

class Oracle {
 public:
  std::map<std::string, OracleVolume> volumes;
  std::map<storage::ContainerId, storage::ContainerState> containers;
  std::map<storage::BlockId, UnixMillis> deleted;  // and when
  UnixMillis applied = 0;

  // The error, or none. `drawn`: the container that CreateContainer made.
  std::optional<Errc> apply(const storage::Command& command, UnixMillis time,
                            storage::ContainerId drawn) {
    now_ = std::max(time, applied);
    drawn_ = drawn;
    const auto error = std::visit([this](const auto& each) { return run(each); }, command);
    if (!error) applied = now_;
    return error;
  }

 private:
  using Answer = std::optional<Errc>;
  static constexpr std::nullopt_t ok = std::nullopt;

  Answer run(const storage::CreateVolume& c) {
    if (volumes.contains(c.volume)) return Errc::volume_exists;
    volumes[c.volume] = {c, now_, now_, {}};
    return ok;
  }

  Answer run(const storage::UpdateVolume& c) {
    if (!volumes.contains(c.volume)) return Errc::volume_not_found;
    OracleVolume& volume = volumes[c.volume];
    const storage::CreateVolume before = volume.made;
    if (c.owner) volume.made.owner = *c.owner;
    if (c.quota_bytes) volume.made.quota_bytes = *c.quota_bytes;
    if (volume.made.owner != before.owner || volume.made.quota_bytes != before.quota_bytes) {
      volume.modified = now_;
    }
    return ok;
  }

  Answer run(const storage::DeleteVolume& c) {
    if (!volumes.contains(c.volume)) return Errc::volume_not_found;
    const OracleVolume& volume = volumes[c.volume];
    if (!c.principal.admin && c.principal.user != volume.made.owner) return Errc::access_denied;
    if (!volume.buckets.empty()) return Errc::volume_not_empty;
    volumes.erase(c.volume);
    return ok;
  }

  Answer run(const storage::CreateBucket& c) {
    if (!volumes.contains(c.volume)) return Errc::volume_not_found;
    auto& buckets = volumes[c.volume].buckets;
    if (buckets.contains(c.bucket)) return Errc::bucket_exists;
    OracleBucket& bucket = buckets[c.bucket] = {c, now_, now_, {}};
    bucket.made.acls.clear();
    for (const auto& acl : c.acls) add(bucket, acl);
    return ok;
  }

  Answer run(const storage::UpdateBucket& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    const storage::CreateBucket before = bucket->made;
    for (const auto& acl : c.remove_acls) std::erase(bucket->made.acls, acl);
    for (const auto& acl : c.add_acls) add(*bucket, acl);
    if (c.storage_type) bucket->made.storage_type = *c.storage_type;
    if (c.versioning) bucket->made.versioning = *c.versioning;
    if (bucket->made.acls != before.acls || bucket->made.storage_type != before.storage_type ||
        bucket->made.versioning != before.versioning) {
      bucket->modified = now_;
    }
    return ok;
  }

  Answer run(const storage::DeleteBucket& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    const std::set<std::string> owners{volumes[c.volume].made.owner, bucket->made.creator};
    if (!c.principal.admin && (c.principal.user.empty() || !owners.contains(c.principal.user))) {
      return Errc::access_denied;
    }
    if (!bucket->keys.empty()) return Errc::bucket_not_empty;
    volumes[c.volume].buckets.erase(c.bucket);
    return ok;
  }

  static bool holds(const storage::KeyCondition& condition, const OracleBucket& bucket,
                    const std::string& name) {
    using Kind = storage::KeyCondition::Kind;
    const bool there = bucket.keys.contains(name);
    if (condition.kind == Kind::none) return true;
    if (condition.kind == Kind::absent) return !there;
    if (condition.kind == Kind::present || !there) return there;
    for (const auto& digest : condition.digests) {
      if (bucket.keys.at(name).md5 == digest) return true;
    }
    return false;
  }

  Answer run(const storage::PutKey& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (!holds(c.condition, *bucket, c.key)) return Errc::precondition_failed;
    const auto old = bucket->keys.find(c.key);
    const bool replaces = old != bucket->keys.end();
    const OracleVolume& volume = volumes[c.volume];
    const std::uint64_t bytes = volume.bytes() - (replaces ? old->second.size : 0) + c.size;
    if (volume.made.quota_bytes && bytes > *volume.made.quota_bytes) return Errc::quota_exceeded;
    for (const auto& block : c.blocks) {
      if (!containers.contains(block.id.container) || is_used(block.id)) return Errc::internal;
    }
    OracleKey key{now_, now_, c.size, 0, c.md5, c.blocks};
    if (replaces) {
      key.created = old->second.created;
      key.version = old->second.version;
      if (bucket->made.versioning == storage::Versioning::enabled) ++key.version;
      discard(old->second);
    }
    bucket->keys[c.key] = key;
    return ok;
  }

  Answer run(const storage::DeleteKey& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (!holds(c.condition, *bucket, c.key)) return Errc::precondition_failed;
    if (!bucket->keys.contains(c.key)) return Errc::key_not_found;
    discard(bucket->keys[c.key]);
    bucket->keys.erase(c.key);
    return ok;
  }

  Answer run(const storage::RenameKey& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (!bucket->keys.contains(c.key)) return Errc::key_not_found;
    if (c.key == c.to) return ok;
    if (bucket->keys.contains(c.to)) return Errc::key_exists;
    OracleKey key = bucket->keys[c.key];
    key.modified = now_;
    bucket->keys.erase(c.key);
    bucket->keys[c.to] = key;
    return ok;
  }

  Answer run(const storage::CreateContainer&) {
    containers[drawn_] = storage::ContainerState::open;
    return ok;
  }

  Answer run(const storage::CloseContainer& c) {
    if (!containers.contains(c.container)) return Errc::container_not_found;
    containers[c.container] = storage::ContainerState::closed;
    return ok;
  }

  Answer run(const storage::PurgeBlocks& c) {
    for (const auto& block : c.blocks) deleted.erase(block);
    return ok;
  }

  Answer find(const auto& command, OracleBucket*& bucket) {
    if (!volumes.contains(command.volume)) return Errc::volume_not_found;
    auto& buckets = volumes[command.volume].buckets;
    if (!buckets.contains(command.bucket)) return Errc::bucket_not_found;
    bucket = &buckets[command.bucket];
    return ok;
  }

  static void add(OracleBucket& bucket, const storage::Acl& acl) {
    auto& acls = bucket.made.acls;
    if (std::ranges::count(acls, acl) == 0) acls.push_back(acl);
  }

  void discard(const OracleKey& key) {
    for (const auto& block : key.blocks) deleted[block.id] = now_;
  }

  bool is_used(storage::BlockId id) const {
    if (deleted.contains(id)) return true;
    for (const auto& [volume_name, volume] : volumes) {
      for (const auto& [bucket_name, bucket] : volume.buckets) {
        for (const auto& [key_name, key] : bucket.keys) {
          for (const auto& block : key.blocks) {
            if (block.id == id) return true;
          }
        }
      }
    }
    return false;
  }

  UnixMillis now_ = 0;
  storage::ContainerId drawn_;
};

}  // namespace dobson::test
