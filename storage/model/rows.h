#pragma once

// Records that no API family shows as they are: the state's own counters, containers and blocks.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/time/clock.h"
#include "storage/model/ids.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

// The set of tables and rules that the state was written by.
inline constexpr std::uint64_t state_schema = 5;

// OPEN takes blocks. CLOSING: no block is begun in it any more, but some may still be on their way.
// CLOSED: nothing is written to it, until it is empty. DELETING: its replicas go. DELETED: they are
// gone, and the row stays.
enum class ContainerState : std::uint8_t { open, closing, closed, deleting, deleted };
inline constexpr int container_states = 5;

// One row. Changed by every batch.
struct StateRecord {
  std::uint64_t schema = state_schema;
  std::uint64_t next_object = root_id.value + 1;
  std::uint64_t next_link = 1;
  std::uint64_t next_container = 1;
  UnixMillis applied = 0;                                    // time of the last applied command
  Totals totals;                                             // of everything
  std::array<std::uint64_t, container_states> containers{};  // by state
  // What takes space as well: what is below deleted directories, parts of unfinished uploads,
  // deleted keys, deleted blocks.
  Totals deleted;
  Tally parts;
  Tally deleted_keys;
  Tally deleted_blocks;
};

// A name longer than limits::row_name_bytes goes on under `rest`, an id below the root's.
struct NameLink {
  ObjectId rest;
};

struct ContainerRecord {
  ContainerState state = ContainerState::open;
  // Blocks that take space in it: those of keys, of parts, and deleted ones until they are purged.
  std::uint64_t blocks = 0;
  UnixMillis created = 0;
  UnixMillis entered = 0;  // its state
  UnixMillis used = 0;     // its last new block
  Replication replication = Replication::one;
  std::uint64_t bytes = 0;
  std::uint64_t keys = 0;  // that have blocks in it
};

// What a page of containers shows.
struct ContainerFront {
  std::uint64_t blocks = 0;
};

// Where the row of a volume, bucket or directory stands.
struct ParentRecord {
  ObjectId parent;
  std::string name;
};

// Of a key that has blocks in a container.
struct ContainerKeyRecord {
  std::string rest;  // of a name that its row's key has only the beginning of
};

// Under the parent of a bucket's uploads, by "key 0x00 id".
struct UploadRow {
  ObjectId id;
  UnixMillis created = 0;
};

// A block of a key, a part or one of the deleted keys.
struct BlockRecord {
  std::uint64_t length = 0;  // bytes
};

// Deletion is a pipeline: a directory gives its children away, a key its blocks, a block its space.

// A directory, upload or bucket that nobody finds any more, while it has children.
struct DeletedDirectoryRecord {
  std::string path;  // "volume/bucket/directory/", as it was
  UnixMillis created = 0;
  UnixMillis modified = 0;
  UnixMillis deleted = 0;
  Replication replication = Replication::one;
  Totals totals;    // of what is still below
  ObjectId bucket;  // that it was in, or was
};

// A key or part that was deleted or replaced, while it has blocks.
struct DeletedKeyRecord {
  std::string path;  // "volume/bucket/key", as it was
  UnixMillis created = 0;
  UnixMillis modified = 0;
  UnixMillis deleted = 0;
  std::uint64_t size = 0;
  Replication replication = Replication::one;
  std::vector<BlockRef> blocks;
  ObjectId bucket;  // that it was in
};

// A block that no key has any more, and whose space was not given back yet.
struct DeletedBlockRecord {
  std::uint64_t length = 0;  // bytes
  UnixMillis deleted = 0;    // its last key
};

}  // namespace dobson::storage
