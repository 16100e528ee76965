#pragma once

// The requests that several commands make (spec/ozone-rest.md §3).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/http_client.h"
#include "tools/dobsonctl/layout.h"
#include "tools/dobsonctl/local_file.h"
#include "tools/dobsonctl/path.h"

namespace dobson::ctl {

// An empty quota is none.
Try<void> create_volume(Client& client, const std::string& volume, const std::string& owner,
                        const std::string& quota);
// Without a layout the server's default, which is object_store.
Try<void> create_bucket(Client& client, const Path& bucket, std::optional<Layout> layout);

Try<Layout> bucket_layout(Client& client, const Path& path);

// Whether a request that failed for the key `path` may be meant for a directory: there is no such
// key, and the bucket has directories.
bool may_mean_directory(Client& client, const Path& path, const Failure& failure);

// A key of no bytes, or in a bucket with directories, if its name ends in '/', a directory.
Try<void> store_empty(Client& client, const Path& key, std::vector<std::string> headers = {});

// With Content-MD5: the server stores what was hashed, or nothing.
Try<void> upload(Client& client, const Path& key, LocalFile& file);

// Receives a key and checks it against its ETag. Says the content's MD5.
Try<std::string> download(Client& client, const Path& key, Receiver& receiver);

}  // namespace dobson::ctl
