#pragma once

// What a power cut could have left of a recording.
//
// After the first `prefix` records of it, what is durable (recording.h) is there. The rest is up to
// the policy; `random` draws, from the seed, for each
//   * unsynced write: dropped, kept, or torn at 512 bytes (some of its sectors are kept, and its
//     growth of the file with zeroes in the others);
//   * file: how many of its unsynced truncations, allocations and holes are kept, in order;
//   * unsynced change of names: how many are kept, in order.
// `lock.mdb` is left out: a power cut ends the processes that it speaks of.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "tests/crash/image.h"
#include "tests/crash/recording.h"

namespace dobson::crash {

enum class Policy { drop_all, keep_all, random };

class Replay {
 public:
  // The recording outlives the replay.
  explicit Replay(const Recording& recording);

  // Replaces `target` by the directory. Quick when prefixes ascend: what is durable is kept in
  // memory from call to call. Throws std::system_error.
  void materialise(uint64_t prefix, Policy policy, uint64_t seed,
                   const std::filesystem::path& target);

 private:
  class Choice;
  struct Durable {
    Image image;
    size_t ops = 0;  // of File::ops
  };

  Names names(uint64_t prefix, Choice& choice) const;
  Image image(Inode inode, uint64_t prefix, Choice& choice);

  const Recording& recording_;
  uint64_t prefix_ = 0;
  std::vector<Durable> durable_;  // by inode
};

// What differs between two directories, but for `lock.mdb`; empty if nothing does. The live
// directory and the whole recording with `keep_all` differ if the recorder missed an operation.
std::string difference(const std::filesystem::path& left, const std::filesystem::path& right);

struct Cut {
  uint64_t prefix = 0;
  Policy policy = Policy::drop_all;
  uint64_t seed = 0;
  size_t acks = 0;  // how many replies the client had seen
};

std::ostream& operator<<(std::ostream& out, const Cut& cut);

// Calls `check` for `count` power cuts in ascending order, each with its directory in `target`.
// Half of them fall just before or after a sync or a reply. `acks` says for each reply, ascending,
// Log::records() at the time the client saw it: these must have survived in a cut whose prefix is
// not less.
void for_each_cut(const Recording& recording, std::span<const uint64_t> acks, size_t count,
                  uint64_t seed, const std::filesystem::path& target,
                  const std::function<void(const Cut&)>& check);

}  // namespace dobson::crash
