#pragma once

// The requests that several commands make (spec/ozone-rest.md §3).

#include <string>
#include <string_view>

#include "tools/dobsonctl/http_client.h"
#include "tools/dobsonctl/local_file.h"
#include "tools/dobsonctl/path.h"

namespace dobson::ctl {

// An empty quota is none.
Try<void> create_volume(Client& client, const std::string& volume, const std::string& owner,
                        const std::string& quota);
Try<void> create_bucket(Client& client, const Path& bucket);

// With Content-MD5: the server stores what was hashed, or nothing.
Try<void> upload(Client& client, const Path& key, LocalFile& file);

// Receives a key and checks it against its ETag. Says the content's MD5.
Try<std::string> download(Client& client, const Path& key, Receiver& receiver);

}  // namespace dobson::ctl
