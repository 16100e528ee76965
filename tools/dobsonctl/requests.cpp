#include "tools/dobsonctl/requests.h"

#include <fmt/core.h>

#include <utility>

#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

Try<void> create_volume(Client& client, const std::string& volume, const std::string& owner,
                        const std::string& quota) {
  std::string target = Path{.volume = volume}.target();
  if (!quota.empty()) target += "?quota=" + percent_encode(quota);
  TRY(client.perform({.method = "POST", .target = target, .headers = {"x-ozone-user: " + owner}}));
  return {};
}

Try<void> create_bucket(Client& client, const Path& bucket, std::optional<Layout> layout) {
  Request request = {.method = "POST", .target = bucket.target()};
  if (layout) request.headers = {fmt::format("{}: {}", layout_header, on_wire(*layout))};
  TRY(client.perform(request));
  return {};
}

Try<Layout> bucket_layout(Client& client, const Path& path) {
  const Reply reply =
      TRY(client.perform({.method = "GET", .target = path.with_key("").target() + "?info=bucket"}));
  return parse_layout(reply.layout).value_or(Layout::object_store);
}

bool may_mean_directory(Client& client, const Path& path, const Failure& failure) {
  if (failure.code != "keyNotFound" && failure.code != "invalidKey") return false;
  const auto layout = bucket_layout(client, path);
  return layout.ok() && *layout == Layout::file_system_optimized;
}

Try<void> store_empty(Client& client, const Path& key, std::vector<std::string> headers) {
  TextSource nothing("");
  TRY(client.perform({.method = "PUT",
                      .target = key.target(),
                      .headers = std::move(headers),
                      .source = &nothing}));
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
