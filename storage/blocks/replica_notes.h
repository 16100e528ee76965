#pragma once

// What is known of container files beside what they look like: whether a block of one was found
// damaged, when all of it was read, how it stood after our own last change. Any thread.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "core/time/clock.h"
#include "storage/model/ids.h"
#include "storage/model/local_rows.h"

namespace dobson::storage {

// A container file as a replica.
struct ReplicaFile {
  enum class Shape : std::uint8_t { whole, damaged, missing };

  Shape shape = Shape::whole;
  std::uint64_t bytes = 0;  // on disk
  FileStamp stamp = {};     // as in ReplicaRecord
  UnixMillis scrubbed = 0;  // likewise
};

class ReplicaNotes {
 public:
  struct Note {
    FileStamp stamp;
    UnixMillis scrubbed = 0;         // or when it was seen first
    std::optional<BlockRef> damage;  // the last block that was found damaged
    bool scrub_wanted = false;       // at once
    bool scrubbing = false;
    bool damaged_lately = false;  // since the last scrub began
  };

  // What the last run knew.
  void remember(ContainerId container, const FileStamp& stamp, UnixMillis scrubbed);
  // Made at `now` when there was none.
  Note note(ContainerId container, UnixMillis now);
  void forget(ContainerId container);

  bool has_stamp(ContainerId container, const FileStamp& stamp);
  void set_stamp(ContainerId container, const FileStamp& stamp);
  // False: a block of the container was known to be damaged.
  bool set_damage(const BlockRef& block);
  void want_scrub(ContainerId container);

  // The container to be read next, with `begin_scrub`: one that is wanted, or the one that waits
  // longest of those not read after `before`.
  std::optional<ContainerId> begin_scrub(UnixMillis before);
  // It was read up to its end, or to its first damage. What was noted before the begin holds no
  // more.
  void end_scrub(ContainerId container, UnixMillis now);

  // Containers whose replica may be another than it was, since the last call.
  void note_change(ContainerId container);
  std::set<ContainerId> take_changes();

 private:
  std::mutex mutex_;
  std::map<ContainerId, Note> notes_;
  std::set<ContainerId> changes_;
};

}  // namespace dobson::storage
