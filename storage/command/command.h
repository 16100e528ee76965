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
#include "storage/model/rows.h"

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
// Layout and replication are for good: another one is an invalid_argument.
struct UpdateBucket {
  std::string volume;
  std::string bucket;
  std::vector<Acl> remove_acls = {};
  std::vector<Acl> add_acls = {};
  std::optional<StorageType> storage_type = {};
  std::optional<Versioning> versioning = {};
  std::optional<Layout> layout = {};
  std::optional<Replication> replication = {};
};

// volume_not_found, bucket_not_found, access_denied (neither admin, volume owner nor creator),
// bucket_not_empty (it has keys): in this order. Directories and uploads go with it.
struct DeleteBucket {
  std::string volume;
  std::string bucket;
  Principal principal;
};

// What a command demands of the key that it replaces or deletes (spec/ozone-rest.md §4.5).
struct KeyCondition {
  enum class Kind : std::uint8_t { none, absent, present, one_of, none_of };
  Kind kind = Kind::none;
  std::vector<EntityTag> tags;  // the key has one of these, or none: `none_of` needs no key

  // `key`: null when there is none.
  bool holds(const KeyRecord* key) const;
};

// In a FILE_SYSTEM_OPTIMIZED bucket a name that is not normal is an invalid_key_name of every
// command below; a name that ends in '/' is a directory's, and a key and a directory of one name
// exclude each other (key_exists). What is put or renamed there gets the parents it lacks.

// volume_not_found, bucket_not_found, precondition_failed, key_exists, quota_exceeded. Creates or
// replaces; a directory, which has no bytes, is made unless it is there.
struct PutKey {
  std::string volume;
  std::string bucket;
  std::string key;
  std::uint64_t size = 0;
  Md5 md5{};
  std::vector<BlockRef> blocks;
  KeyCondition condition = {};
  std::vector<Metadata> metadata = {};
};

// volume_not_found, bucket_not_found, precondition_failed, key_not_found, directory_not_empty.
// `recursive`: a directory goes whatever it holds.
struct DeleteKey {
  std::string volume;
  std::string bucket;
  std::string key;
  KeyCondition condition = {};
  bool recursive = false;
};

// volume_not_found, bucket_not_found, key_not_found, key_exists. Onto itself: nothing changes. A
// directory moves with all it holds; into itself, or to where a name below it would become too
// long: invalid_key_name.
struct RenameKey {
  std::string volume;
  std::string bucket;
  std::string key;
  std::string to;
};

// Adds an OPEN container for objects; its id is in the outcome.
struct CreateContainer {};

// container_not_found; precondition_failed when its life does not go that way: OPEN, CLOSING, which
// may be skipped, CLOSED, and, when it has no block, DELETING and DELETED. Into its own state:
// nothing changes.
struct MoveContainer {
  ContainerId container;
  ContainerState to = ContainerState::closed;
};

// As PutKey, of the content of another key, which is shared: key_not_found when there is none,
// precondition_failed also when `source_condition` does not hold. Onto itself only the time
// changes. The tag is in the outcome.
struct CopyKey {
  std::string source_volume;
  std::string source_bucket;
  std::string source_key;
  KeyCondition source_condition = {};
  std::string volume;
  std::string bucket;
  std::string key;
  KeyCondition condition = {};
};

// volume_not_found, bucket_not_found. What each key alone is refused for is in the outcome; one
// that is not there counts as deleted.
struct DeleteKeys {
  std::string volume;
  std::string bucket;
  std::vector<std::string> keys;
};

// volume_not_found, bucket_not_found. The upload's id is in the outcome.
struct StartUpload {
  std::string volume;
  std::string bucket;
  std::string key;
  std::vector<Metadata> metadata = {};
};

// What an upload is known by.
struct UploadName {
  std::string volume;
  std::string bucket;
  std::string key;
  ObjectId id;
};

// volume_not_found, bucket_not_found, upload_not_found. A part of that number is replaced.
struct PutPart {
  UploadName upload;
  std::uint64_t number = 0;
  std::uint64_t size = 0;
  Md5 md5{};
  std::vector<BlockRef> blocks;
};

struct PartChoice {
  std::uint64_t number = 0;
  Md5 md5{};
};

// volume_not_found, bucket_not_found, upload_not_found, invalid_part (empty, not ascending,
// unknown, other content, or smaller than limits::upload_part_bytes_min and not the last), then as
// PutKey. Parts that are not chosen are dropped. The tag is in the outcome.
struct CompleteUpload {
  UploadName upload;
  std::vector<PartChoice> parts;
};

// volume_not_found, bucket_not_found, upload_not_found
struct AbortUpload {
  UploadName upload;
};

// Drops uploads that were started before, `most` of them.
struct DropUploads {
  UnixMillis before = 0;
  std::uint64_t most = 0;
};

// The next stage of what was deleted: `most` children of deleted directories, blocks of deleted
// keys.
struct PurgeDirectories {
  std::uint64_t most = 0;
};
struct PurgeKeys {
  std::uint64_t most = 0;
};

// Forgets deleted blocks, before their space is given back. Ids that are not among the deleted
// blocks are skipped.
struct PurgeBlocks {
  std::vector<BlockId> blocks;
};

using Command = std::variant<CreateVolume, UpdateVolume, DeleteVolume, CreateBucket, UpdateBucket,
                             DeleteBucket, PutKey, DeleteKey, RenameKey, CreateContainer,
                             MoveContainer, PurgeBlocks, CopyKey, DeleteKeys, StartUpload, PutPart,
                             CompleteUpload, AbortUpload, DropUploads, PurgeDirectories, PurgeKeys>;

// Fixed by the proposer. `apply` uses the later of this and the last applied time, since two
// proposers' clocks may disagree.
struct Stamp {
  UnixMillis time = 0;
};

// What `apply` decided.
struct Outcome {
  struct Failure {
    std::size_t place = 0;
    Error error;
  };

  ContainerId container = {};          // CreateContainer
  ObjectId upload = {};                // StartUpload
  EntityTag tag = {};                  // CopyKey, CompleteUpload
  std::vector<Failure> failures = {};  // DeleteKeys: by place, those that stay
  std::uint64_t transaction = 0;       // LMDB transaction that made it durable
};

}  // namespace dobson::storage
