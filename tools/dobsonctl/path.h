#pragma once

// Where things are: `/volume/bucket/key` as people type it, and what a key is called on disk.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/failure.h"

namespace dobson::ctl {

// Raw bytes, never percent-encoded. An empty part is one that the path does not name.
struct Path {
  std::string volume = {};
  std::string bucket = {};
  std::string key = {};

  Path with_key(std::string_view name) const { return {volume, bucket, std::string(name)}; }
  Path directory() const;      // with a key that ends in '/'
  std::string text() const;    // as typed
  std::string target() const;  // as requested: percent-encoded (spec/ozone-rest.md §2.3)
};

// "/", "/volume", "/volume/bucket" or "/volume/bucket/key"; the key is everything after the third
// slash. `/volume/` is the volume, `/volume/bucket/` the bucket.
Try<Path> parse_path(std::string_view text);

// A path that must name a bucket and no key.
Try<Path> parse_bucket(std::string_view text);

// The same for a path that must name a key.
Try<Path> parse_key(std::string_view text);

// Why `key` cannot become a file (or, ending in '/', a directory) below a directory; empty if it
// can. Refuses every name that would lead elsewhere or come back as another name.
std::string_view not_a_local_name(std::string_view key);

// `a` and `a/b` are both good keys, but no file can be a directory. Takes names in byte order and
// remembers no more than the names that the next one may begin with.
class CollisionFinder {
 public:
  // The earlier name that would have to be a directory for `name` to exist.
  std::optional<std::string> add(std::string_view name);

 private:
  std::vector<std::string> open_;  // each one begins with the one before it
};

}  // namespace dobson::ctl
