#pragma once

// Where appends go. Open containers stand in a queue: the first one takes appends until a block
// does not fit any more, then the next one does; a thread makes one ahead of need. A container is
// made in this order: its row is committed, its file is durable, blocks are appended. One that
// takes no more is CLOSING while something in it is in flight, then CLOSED. Any thread.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "storage/blocks/block_files.h"
#include "storage/blocks/block_metrics.h"
#include "storage/blocks/replica_notes.h"
#include "storage/blocks/reservations.h"
#include "storage/log/log.h"
#include "storage/model/rows.h"

namespace dobson::storage {

// Bytes of a container that belong to no block any more.
struct Garbage {
  ContainerId container;
  ByteRange range;
};

struct OpenContainer {
  OpenContainer(std::shared_ptr<ContainerFile> the_file, std::uint64_t end, std::uint64_t limit)
      : file(std::move(the_file)), space(end, limit), allocated(end) {}

  const std::shared_ptr<ContainerFile> file;
  Reservations space;    // under the allocator's mutex
  bool retired = false;  // likewise
  std::mutex growing;
  std::atomic<std::uint64_t> allocated;  // disk space is there up to this byte
};

struct Reservation {
  std::shared_ptr<OpenContainer> container;
  std::uint64_t begin = 0;
};

// What nobody may give back: the ranges in flight, by begin, and all from `end` on.
struct Busy {
  std::vector<ByteRange> in_flight;
  std::uint64_t end = 0;
};

class Allocator {
 public:
  struct Limits {
    std::uint64_t container_bytes;
    std::uint64_t preallocate_bytes;
  };

  Allocator(const Limits& limits, BlockFiles& files, Log& log, ReplicaNotes& notes,
            BlockMetrics& metrics);
  ~Allocator();

  // Before `start`: an OPEN container whose appends go on at `end`.
  void add(std::shared_ptr<ContainerFile> file, std::uint64_t end);

  // Also before `start`: an OPEN container that cannot take appends is closed.
  void close_unusable(ContainerId id);

  // Makes a container when there is none. out_of_space does not hinder the start.
  Status start();

  // A place for `bytes` bytes with disk space behind it. Blocks while a container is made.
  // out_of_space, io, and what the log answers.
  Result<Reservation> reserve(std::uint64_t bytes);

  // Each reservation ends in `keep` or `abandon`. Nothing was written to it from `used_end` on.
  void trim(const Reservation& reservation, std::uint64_t used_end);
  void keep(const Reservation& reservation);
  void abandon(const Reservation& reservation, std::uint64_t used_end);

  // The container takes no more appends and is closed, unless it is not open.
  void retire(ContainerId container);

  // What `trim` and `abandon` have left since the last call.
  std::vector<Garbage> take_garbage();

  // Bytes that open containers may still take.
  std::uint64_t committed_bytes() const;

  // Nothing when the container is not open.
  std::optional<Busy> busy(ContainerId container) const;

 private:
  using Container = std::shared_ptr<OpenContainer>;

  void run();
  Result<std::shared_ptr<ContainerFile>> make();
  void move_on(const OpenContainer& container);
  Status move(ContainerId container, ContainerState to);
  Status drop_space_ahead(const OpenContainer& container);
  static Status grow(OpenContainer& container, std::uint64_t end, const Limits& limits);

  // With the mutex held.
  Result<Reservation> take(std::unique_lock<std::mutex>& lock, std::uint64_t bytes);
  void ask_for_container();
  void trim_held(const Reservation& reservation, std::uint64_t used_end);
  void retire(const Container& container);
  void close_when_idle(const Container& container);

  const Limits limits_;
  BlockFiles& files_;
  Log& log_;
  ReplicaNotes& notes_;
  BlockMetrics& metrics_;
  std::optional<ContainerId> without_file_;  // its row is committed; only the thread looks at it

  mutable std::mutex mutex_;
  std::condition_variable work_;           // for the thread
  std::condition_variable made_;           // for those who wait for a container
  std::map<ContainerId, Container> open_;  // all
  std::deque<Container> queue_;            // those that take appends
  std::deque<Container> to_move_;          // retired: to CLOSING, or CLOSED if nothing is in flight
  std::vector<Garbage> garbage_;
  bool wanted_ = false;           // a container is to be made
  std::uint64_t attempts_ = 0;    // to make one
  std::optional<Error> failure_;  // of the last attempt
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace dobson::storage
