#pragma once

// A directory of files on a listener: the build of a web page. All are read at start and held in
// memory (a few MiB): so no path that a client writes reaches the file system, no request waits for
// a disk, and a page never mixes two builds. A new build needs a new start.
//
//   const auto files = StaticFiles::load(directory);
//   const http::Family pages = make_static_family(*files);
//   server->listen(addresses, {&api, &pages, &internal});
//
// `/` is index.html; so is what names no file and could be a page of its own: without a dot in its
// last piece. What begins like a path of another family is left to that (http/route/router.h).

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "http/route/route.h"

namespace dobson {

class StaticFiles {
 public:
  struct File {
    std::string bytes;
    std::string_view type;
    std::string_view cache;  // Cache-Control
    std::string tag;         // ETag, of the bytes
    std::string modified;    // Last-Modified
  };

  // Hidden files and what links lead to outside of the directory are left out. invalid_argument,
  // with the path: no directory, no index.html in it, a file that cannot be read, or more than
  // limits::static_bytes.
  static Result<StaticFiles> load(const std::filesystem::path& directory);

  // `path`: decoded, without the first slash. Null: 404.
  const File* find(std::string_view path) const;

  std::uint64_t bytes() const { return bytes_; }

 private:
  StaticFiles() = default;
  Status add(const std::filesystem::path& path, std::string name);

  std::map<std::string, File, std::less<>> files_;
  std::uint64_t bytes_ = 0;
};

// `files` must outlive the family.
http::Family make_static_family(const StaticFiles& files);

}  // namespace dobson
