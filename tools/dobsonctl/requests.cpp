#include "tools/dobsonctl/requests.h"

#include <fmt/core.h>

#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

Try<void> create_volume(Client& client, const std::string& volume, const std::string& owner,
                        const std::string& quota) {
  std::string target = Path{.volume = volume}.target();
  if (!quota.empty()) target += "?quota=" + percent_encode(quota);
  TRY(client.perform({.method = "POST", .target = target, .headers = {"x-ozone-user: " + owner}}));
  return {};
}

Try<void> create_bucket(Client& client, const Path& bucket) {
  TRY(client.perform({.method = "POST", .target = bucket.target()}));
  return {};
}

Try<void> upload(Client& client, const Path& key, LocalFile& file) {
  const auto reply = client.perform({.method = "PUT",
                                     .target = key.target(),
                                     .headers = {"Content-MD5: " + content_md5(file.md5())},
                                     .source = &file});
  if (file.changed()) return Failure{.reason = "changed while it was being sent"};
  if (!reply.ok()) return reply.error();
  return {};
}

Try<std::string> download(Client& client, const Path& key, Receiver& receiver) {
  const Reply reply =
      TRY(client.perform({.method = "GET", .target = key.target(), .sink = &receiver}));
  const std::string md5 = receiver.md5();
  // The ETag of a multipart key is longer, and no MD5 of its content (§4.5).
  if (reply.etag.size() == md5.size() && reply.etag != md5)
    return Failure{.reason =
                       fmt::format("damaged on its way: MD5 {} instead of {}", md5, reply.etag)};
  return md5;
}

}  // namespace dobson::ctl
