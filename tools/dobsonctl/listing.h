#pragma once

// What a server holds: volumes, buckets, keys. Paging stays in here.

#include <functional>
#include <string>
#include <string_view>

#include "tools/dobsonctl/http_client.h"
#include "tools/dobsonctl/path.h"
#include "tools/dobsonctl/wire.h"

namespace dobson::ctl {

// The volumes of the server's user, or with `everybody` of all users (administrators only).
Try<void> list_volumes(Client& client, bool everybody, const VolumeRow& row);

// The buckets of `volume` whose names begin with `prefix`.
Try<void> list_buckets(Client& client, const std::string& volume, std::string_view prefix,
                       const BucketRow& row);

// Called with each key and the JSON line it was read from; a failure ends the listing.
using KeyRow = std::function<Try<void>(const KeyInfo&, std::string_view json)>;

// The keys and directories of `bucket` that begin with `prefix`, in byte order, as one stream
// (spec/ozone-rest.md §4.14). A stream without its end line is a Failure; after a lost connection
// the listing goes on behind the last name it has seen.
Try<void> list_keys(Client& client, const Path& bucket, std::string_view prefix, const KeyRow& row);

// One level of `bucket`: the names that begin with `prefix`, each up to the first '/' behind it
// (§4.11), in byte order. An entry that ends there has no key. In a bucket with directories the one
// that `prefix` names is left out, and empty ones are there.
Try<void> list_level(Client& client, const Path& bucket, std::string_view prefix,
                     const LevelRow& row);

// Cuts a byte stream into lines, whatever pieces it comes in. Without the final newline there is no
// line.
class LineSplitter {
 public:
  template <class Use>
  Try<void> feed(std::string_view bytes, const Use& use) {
    for (std::size_t end; (end = bytes.find('\n')) != std::string_view::npos;) {
      const std::string_view piece = bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      if (begun_.empty()) {
        TRY(use(piece));
        continue;
      }
      begun_ += piece;
      TRY(use(std::string_view(begun_)));
      begun_.clear();
    }
    begun_ += bytes;
    return {};
  }

 private:
  std::string begun_;
};

}  // namespace dobson::ctl
