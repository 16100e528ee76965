#pragma once

// Every change of the state, as a struct with a stable tag (its place in `Command`; new ones go to
// the end). A command is stamped when proposed and decided when applied, by one writer, in order:
// `apply` checks everything, then changes; a refused command leaves no trace. What can never be
// stored is an invalid_argument of any command. Below `apply` there is no clock, no randomness and
// no local fact.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"
#include "storage/model/ids.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

// On whose behalf a command asks; names are believed (spec/ozone-rest.md §2.4).
struct Principal {
  std::string user;  // empty: nobody
  bool admin = false;
};

// volume_exists
struct CreateVolume {
  std::string volume;
  std::string owner;
  std::string created_by;
  std::optional<std::uint64_t> quota_bytes;
};

// volume_not_found. An absent member changes nothing.
struct UpdateVolume {
  std::string volume;
  std::optional<std::string> owner;
  std::optional<std::optional<std::uint64_t>> quota_bytes;  // inner absence: no quota from now on
};

// volume_not_found, access_denied (neither admin nor owner), volume_not_empty: in this order.
struct DeleteVolume {
  std::string volume;
  Principal principal;
};

// volume_not_found, bucket_exists
struct CreateBucket {
  std::string volume;
  std::string bucket;
  std::string creator;
  std::vector<Acl> acls = {};  // equal ones are stored once
  StorageType storage_type = StorageType::disk;
  Versioning versioning = Versioning::not_set;
  Layout layout = Layout::object_store;
  Replication replication = Replication::one;
};

// volume_not_found, bucket_not_found. Removals first, then additions (spec/ozone-rest.md §3.7).
struct UpdateBucket {
  std::string volume;
  std::string bucket;
  std::vector<Acl> remove_acls = {};
  std::vector<Acl> add_acls = {};
  std::optional<StorageType> storage_type = {};
  std::optional<Versioning> versioning = {};
};

// volume_not_found, bucket_not_found, access_denied (neither admin, volume owner nor creator),
// bucket_not_empty: in this order.
struct DeleteBucket {
  std::string volume;
  std::string bucket;
  Principal principal;
};

// What a command demands of the key that it replaces or deletes (spec/ozone-rest.md §4.5).
struct KeyCondition {
  enum class Kind : std::uint8_t { none, absent, present, one_of };
  Kind kind = Kind::none;
  std::vector<Md5> digests;  // of `one_of`: the key is there, with one of these

  // `key`: null when there is none.
  bool holds(const KeyRecord* key) const;
};

// volume_not_found, bucket_not_found, precondition_failed, quota_exceeded. Creates or replaces; the
// replaced key's blocks go to the deleted blocks.
struct PutKey {
  std::string volume;
  std::string bucket;
  std::string key;
  std::uint64_t size = 0;
  std::optional<Md5> md5;
  std::vector<BlockRef> blocks;
  KeyCondition condition = {};
};

// volume_not_found, bucket_not_found, precondition_failed, key_not_found
struct DeleteKey {
  std::string volume;
  std::string bucket;
  std::string key;
  KeyCondition condition = {};
};

// volume_not_found, bucket_not_found, key_not_found, key_exists. Onto itself: nothing changes.
struct RenameKey {
  std::string volume;
  std::string bucket;
  std::string key;
  std::string to;
};

// Adds an OPEN container for objects; its id is in the outcome.
struct CreateContainer {};

// container_not_found. No block is appended to it from now on.
struct CloseContainer {
  ContainerId container;
};

// Forgets deleted blocks, before their space is given back. Ids that are not among the deleted
// blocks are skipped.
struct PurgeBlocks {
  std::vector<BlockId> blocks;
};

using Command =
    std::variant<CreateVolume, UpdateVolume, DeleteVolume, CreateBucket, UpdateBucket, DeleteBucket,
                 PutKey, DeleteKey, RenameKey, CreateContainer, CloseContainer, PurgeBlocks>;

// Fixed by the proposer. `apply` uses the later of this and the last applied time, since two
// proposers' clocks may disagree.
struct Stamp {
  UnixMillis time = 0;
};

// What `apply` decided.
struct Outcome {
  ContainerId container = {};     // CreateContainer
  std::uint64_t transaction = 0;  // LMDB transaction that made it durable
};

}  // namespace dobson::storage
