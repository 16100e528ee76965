#include "storage/env/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dobson::storage {

namespace {

Error failure(const char* call, const std::filesystem::path& path) {
  return {Errc::io, {}, fmt::format("{} {}: {}", call, path.native(), std::strerror(errno))};
}

std::filesystem::path parent_of(const std::filesystem::path& directory) {
  return directory.has_parent_path() ? directory.parent_path() : ".";
}

}  // namespace

Status make_directory(const std::filesystem::path& directory) {
  std::error_code missing;
  if (std::filesystem::is_directory(directory, missing)) return {};
  const std::filesystem::path parent = parent_of(directory);
  TRY(make_directory(parent));
  if (::mkdir(directory.c_str(), S_IRWXU) != 0) return failure("mkdir", directory);
  return sync_directory(parent);
}

Status sync_directory(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failure("open", directory);
  Status status = ::fsync(fd) == 0 ? Status() : Status(failure("fsync", directory));
  ::close(fd);
  return status;
}

}  // namespace dobson::storage
