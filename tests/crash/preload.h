#pragma once

// What the libraries that are preloaded into servers have in common: how they reach the function
// that they stand before, and which files are theirs.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace dobson::crash {

// The function of the same type that would have been called without the library.
template <class Function>
Function* next_of(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// What the library makes of every `open` (tests/crash/preload_open.cpp).
int on_open(int base_fd, const char* path, int flags, mode_t mode);

class Directory {
 public:
  // It need not exist, its parent must.
  explicit Directory(const char* path)
      : path_(std::filesystem::weakly_canonical(std::filesystem::absolute(path))) {}

  // `path` below the directory, empty for itself; nothing if it is elsewhere. `base_fd`: as in
  // openat.
  std::optional<std::string> relative(int base_fd, const char* path) const {
    std::error_code error;
    std::filesystem::path full = path;
    if (full.is_relative()) full = std::filesystem::read_symlink(link_to(base_fd), error) / full;
    if (error) return std::nullopt;
    std::string name = std::filesystem::weakly_canonical(full, error).string();
    while (name.ends_with('/')) name.pop_back();
    if (error || !name.starts_with(path_)) return std::nullopt;
    name.erase(0, path_.size());
    if (name.empty()) return name;
    if (name.front() != '/') return std::nullopt;
    return name.substr(1);
  }

 private:
  static std::filesystem::path link_to(int base_fd) {
    return base_fd == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(base_fd);
  }

  const std::string path_;
};

}  // namespace dobson::crash
