#pragma once

// One LMDB environment: a directory with one file, mapped once at its full size, and its tables.
// Commits are durable (no MDB_NOSYNC), the map is read-only (no MDB_WRITEMAP), readers belong to
// their objects, not to threads (MDB_NOTLS). One `Env` a directory and process.

#include <cstdint>
#include <filesystem>
#include <memory>
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

 private:
  friend class ReadTxn;
  friend class Snapshot;
  friend class WriteTxn;
  friend class Cursor;

  struct Close {
    void operator()(MDB_env* env) const;
  };
  std::unique_ptr<MDB_env, Close> env_;
  std::vector<unsigned> tables_;  // LMDB handles
};

}  // namespace dobson::storage
