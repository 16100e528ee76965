#pragma once

// Records of the namespace: what volumes, buckets and keys are on disk. What they look like on the
// wire is declared by each API family.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/time/clock.h"
#include "storage/model/ids.h"

namespace dobson::storage {

using Md5 = std::array<std::uint8_t, 16>;

enum class Layout : std::uint8_t { object_store, file_system_optimized };
enum class Replication : std::uint8_t { one, three };
enum class StorageType : std::uint8_t { disk, ssd, ram_disk, archive };
enum class Versioning : std::uint8_t { not_set, enabled, disabled };

enum class AclType : std::uint8_t { user, group, world };
enum class AclRights : std::uint8_t { read, write, read_write };

struct Acl {
  AclType type = AclType::user;
  std::string name;  // empty for world
  AclRights rights = AclRights::read;
  bool operator==(const Acl&) const = default;
};

// How many copies of every byte are kept.
unsigned copies_of(Replication replication);

// Recon's 41 size bins, the last one split at 2^50 (`design.md` §3): bin 0 holds sizes up to 1 KiB,
// bin i sizes up to 2^(10+i), bin 41 sizes from 2^50 on.
inline constexpr int size_bins = 42;
int size_bin(std::uint64_t size);

// Recursive totals of the root, a volume, a bucket or a directory, changed in the transaction of
// the change itself.
struct Totals {
  std::uint64_t volumes = 0;
  std::uint64_t buckets = 0;
  std::uint64_t directories = 0;
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
  std::uint64_t replicated_bytes = 0;
  std::uint64_t direct_bytes = 0;  // of keys directly inside
  std::array<std::uint64_t, size_bins> keys_by_size{};

  // Of a key somewhere inside; `direct_bytes` are the caller's. `remove_key` undoes `add_key`.
  void add_key(std::uint64_t size, Replication replication);
  void remove_key(std::uint64_t size, Replication replication);

  // Directories and keys somewhere inside.
  void add(const Totals& inside);
  void remove(const Totals& inside);

  // Of a directory somewhere inside, with all that is in it.
  void add_directory(const Totals& inside);
  void remove_directory(const Totals& inside);

  // Neither keys nor directories.
  bool empty() const { return keys == 0 && directories == 0; }

  bool operator==(const Totals&) const = default;
};

// How much there is of one kind of rows.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t replicated_bytes = 0;

  void add(std::uint64_t size, Replication replication);
  void remove(std::uint64_t size, Replication replication);
  void remove(const Tally& others);
  bool operator==(const Tally&) const = default;
};

// Bytes of the blocks together: the size of their key.
std::uint64_t length_of(std::span<const BlockRef> blocks);

struct VolumeRecord {
  ObjectId id;
  std::string owner;
  std::string created_by;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::optional<std::uint64_t> quota_bytes;  // absent: no quota
  Totals totals;
};

struct BucketRecord {
  ObjectId id;
  std::string creator;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::vector<Acl> acls;  // in order of adding
  StorageType storage_type = StorageType::disk;
  Versioning versioning = Versioning::not_set;
  Layout layout = Layout::object_store;
  Replication replication = Replication::one;
  ObjectId uploads;  // the parent of its multipart uploads; 0 before the first
  Totals totals;
  // What takes its space as well: what is below deleted directories, parts of unfinished uploads,
  // deleted keys.
  Totals deleted;
  Tally parts;
  Tally deleted_keys;
};

// What tells one content of a key from another.
struct EntityTag {
  Md5 digest{};             // of the bytes; of a multipart key, of its parts' digests joined
  std::uint64_t parts = 0;  // 0: not a multipart key
  bool operator==(const EntityTag&) const = default;
};

// What a client keeps beside the bytes.
struct Metadata {
  std::string name;  // in lower case
  std::string value;
  bool operator==(const Metadata&) const = default;
};

// A key, or, in an answer, a directory as a key of no bytes.
struct KeyRecord {
  ObjectId id = {};  // of this content: a key that is replaced gets another
  UnixMillis created = 0;
  UnixMillis modified = 0;
  std::uint64_t size = 0;
  std::uint64_t version = 0;
  std::optional<Md5> digest = {};  // EntityTag::digest; absent: a directory
  std::uint64_t parts = 0;
  std::vector<BlockRef> blocks = {};
  std::vector<Metadata> metadata = {};

  std::optional<EntityTag> tag() const {
    return digest ? std::optional(EntityTag{*digest, parts}) : std::nullopt;
  }
};

// Of a FILE_SYSTEM_OPTIMIZED bucket.
struct DirectoryRecord {
  ObjectId id;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  // No name below is longer, counted from here; of what is gone, too, until the directory is empty.
  std::uint64_t reach = 0;  // bytes
  Totals totals;
};

// A multipart upload, and a part of it (spec/ozone-rest.md §4.8).
struct UploadRecord {
  ObjectId parent;   // BucketRecord::uploads
  std::string path;  // "volume/bucket/key", for people
  std::string key;
  UnixMillis created = 0;
  Replication replication = Replication::one;
  std::vector<Metadata> metadata;
  Tally parts;
  ObjectId bucket;
};
struct PartRecord {
  ObjectId id;  // of this content
  UnixMillis modified = 0;
  std::uint64_t size = 0;
  Md5 md5{};
  std::vector<BlockRef> blocks;
};

}  // namespace dobson::storage
