#pragma once

// A TAR file of regular files («ustar», POSIX.1-1988), written from its begin to its end: the size
// of a file in it need not be known before it is there. One thread. Errors: io, whose detail says
// what was refused; the file is then of no use.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace dobson::recon {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

class TarWriter {
 public:
  // What was at `path` goes. `modified`: of all files in it.
  static Result<TarWriter> create(const std::filesystem::path& path, UnixMillis modified);

  // The next file in it. `name`: 1 to 99 bytes.
  Status begin(std::string_view name);
  // Its next bytes; in all less than 8 GiB.
  Status write(std::string_view bytes);
  // Nothing follows.
  Status finish();

 private:
  TarWriter(File file, UnixMillis modified) : file_(std::move(file)), modified_(modified) {}

  Status put(std::string_view bytes);
  Status put_head();
  Status end_entry();

  File file_;
  UnixMillis modified_;
  std::string name_;         // of the entry that is open; empty: none is
  std::uint64_t begin_ = 0;  // of its head
  std::uint64_t size_ = 0;
};

}  // namespace dobson::recon
