#pragma once

// A local directory tree as a list of keys.
//
// A key's name is the path below the directory, byte for byte. Contents and names are all that a
// key keeps: owners, modes and times stay behind. A directory that yields no key of its own becomes
// an empty key whose name ends in '/', so that it comes back. Symbolic links are followed, like
// `diff -r` does, to files and to directories; one that leads nowhere, or back to a directory that
// it lies in, is skipped and named, as are sockets, pipes and devices.

#include <cstdint>
#include <string>
#include <vector>

#include "tools/dobsonctl/failure.h"

namespace dobson::ctl {

// A key on one side of a transfer.
struct Item {
  std::string name;
  std::uint64_t size = 0;
  std::string md5 = {};  // empty when nobody knows
};

struct Problem {
  std::string name;
  std::string reason;
};

struct Tree {
  std::vector<Item> items;  // in byte order
  std::vector<Problem> skipped;
  std::vector<Problem> failed;
};

// Only the directory itself must be readable; what is wrong below it stands in `failed`.
Try<Tree> walk_tree(const std::string& directory, bool follow_links);

}  // namespace dobson::ctl
