#pragma once

// One LMDB environment: a directory with one file, mapped once at its full size, and its tables.
// Commits are durable (no MDB_NOSYNC), the map is read-only (no MDB_WRITEMAP), readers belong to
// their objects, not to threads (MDB_NOTLS). One `Env` a directory and process.
//
// LMDB refuses all transactions once it could not write the page that makes a commit count. What is
// committed is read all the same then: nothing changes it any more, so a second mapping of the file
// needs no locks.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/env/error.h"

struct MDB_env;

namespace dobson::storage {

// The place of a table in `EnvOptions::tables`.
using TableIndex = unsigned;

struct EnvOptions {
  std::filesystem::path directory;  // must exist (create_env.h)
  std::uint64_t map_size = 0;       // bytes of address space; never less than the file has
  unsigned readers = 0;             // read transactions open at once
  std::vector<std::string> tables;  // made when missing
  // The disk reads ahead, for whole tables in order, though the file may be too large for that:
  // where it has more than half of the machine's memory when it is opened, what is read ahead
  // drives out what is in use.
  bool read_ahead = false;
};

class Env {
 public:
  // Frees the reader slots of dead processes. Throws EnvError.
  explicit Env(const EnvOptions& options);

  // The oldest snapshot that a reader of any process is in, or the newest when there is none. No
  // reader will ever be in an older one.
  std::uint64_t oldest_snapshot() const;

  // Bytes of the file that hold data or may be used again.
  std::uint64_t file_bytes() const;

  // Takes disk space for so many bytes behind them, unless that was done: LMDB tells a disk that is
  // full in the middle of a write from a broken one no more than we can. False: the disk is full.
  // The writer's. Throws EnvError.
  bool make_room(std::uint64_t bytes);

 private:
  friend class ReadTxn;
  friend class Snapshot;
  friend class WriteTxn;
  friend class Cursor;

  struct Close {
    void operator()(MDB_env* env) const;
  };
  struct Opened {
    std::unique_ptr<MDB_env, Close> env;
    std::vector<unsigned> tables;  // LMDB handles
  };
  static Opened open(const EnvOptions& options, unsigned flags);

  // What is left to read after LMDB has given up. Any thread. Throws EnvError.
  const Opened& frozen() const;

  const EnvOptions options_;
  const Opened opened_;
  std::uint64_t allocated_ = 0;  // of the file, disk space is there up to this byte
  mutable std::mutex frozen_mutex_;
  mutable std::optional<Opened> frozen_;  // made under frozen_mutex_
};

}  // namespace dobson::storage
