#pragma once

// What a single thread attains without any server: the floors that puts are compared with.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "bench/load/measurement.h"

namespace dobson::bench {

struct Loop {
  std::function<void()> step;
  std::uint64_t bytes;  // that a step works on
};

// Repeats the step for the given time, after a warm-up.
Measurement run_loop(const Loop& loop, double warmup_s, double seconds);

// 4 KiB appended to a file that grows as the server's do, and fdatasync.
Loop sync_loop(const std::filesystem::path& directory);
// The same, then one LMDB commit of a row of 275 bytes under a new name, in a table that holds
// `rows` others: what a put costs when each is made durable alone.
Loop commit_loop(const std::filesystem::path& directory, std::uint64_t rows);
// The MD5 of 1 MiB.
Loop md5_loop();

}  // namespace dobson::bench
