#pragma once

// Records that no API family shows as they are: the state's own counters, containers and blocks.

#include <cstdint>
#include <string>

#include "core/time/clock.h"
#include "storage/model/ids.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

// The set of tables and rules that the state was written by.
inline constexpr std::uint64_t state_schema = 1;

// One row. Changed by every batch.
struct StateRecord {
  std::uint64_t schema = state_schema;
  std::uint64_t next_object = root_id.value + 1;
  std::uint64_t next_link = 1;
  std::uint64_t next_container = 1;
  UnixMillis applied = 0;  // time of the last applied command
  Totals totals;           // of everything
};

// A name longer than limits::row_name_bytes goes on under `rest`, an id below the root's.
struct NameLink {
  ObjectId rest;
};

// `closing`: no block is begun in it any more, but some may still be on their way.
enum class ContainerState : std::uint8_t { open, closing, closed };

struct ContainerRecord {
  ContainerState state = ContainerState::open;
  UnixMillis created = 0;
};

// A block of a key.
struct BlockRecord {
  std::uint64_t length = 0;  // bytes
  ObjectId parent;           // the bucket
  std::string name;          // the key's, under its parent
};

// A block whose key was deleted or replaced, and whose space was not given back yet.
struct DeletedBlockRecord {
  std::uint64_t length = 0;  // bytes
  UnixMillis deleted = 0;
};

}  // namespace dobson::storage
