#pragma once

// A log of file operations, understood: which file each operation changed, and from which record
// on a power cut could not undo it any more.
//
// The rules are those of a journalling file system such as ext4 with data=ordered, at their least:
//   * A sync of a file covers what was done to it before the sync began: bytes, size, allocation.
//     An O_DSYNC write covers itself and no other.
//   * Names (made, renamed, removed) are one journal and reach the disk in order. A new file's name
//     is covered by any sync of the file; a rename by fsync, not fdatasync, of what was renamed;
//     each change by fsync of its directory. What is covered takes all names before it along.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/log.h"

namespace dobson::crash {

constexpr uint64_t never = std::numeric_limits<uint64_t>::max();

using Inode = uint32_t;
constexpr Inode root_inode = 0;
// Path below the recorded directory → inode; a directory stands before what is in it.
using Names = std::map<std::string, Inode>;

struct Op {
  enum class Kind { none, name, write, truncate, allocate, zero, sync };

  Kind kind = Kind::none;
  Inode inode = root_inode;
  uint64_t offset = 0;
  uint64_t length = 0;
  std::string_view data;  // in the log
  std::string from;       // `name`: empty if made
  std::string to;         // `name`: empty if removed
  // The record that makes it durable: a power cut after that one cannot undo it.
  uint64_t durable_at = never;
};

struct File {
  bool directory = false;
  uint32_t mode = 0;
  std::vector<uint64_t> ops = {};  // writes, truncate, allocate, zero
};

struct Recording {
  std::unique_ptr<const Log> log;
  std::vector<Op> ops;            // one for each record
  std::vector<File> files;        // by inode
  std::vector<uint64_t> journal;  // the ops that change names
};

void apply_name(const Op& op, Names& names);

// Throws std::runtime_error for a log that cannot be understood, for instance one that opens a file
// which it has not seen made.
Recording load(const std::filesystem::path& log);

}  // namespace dobson::crash
