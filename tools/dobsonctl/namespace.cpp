// mkvol, mkbucket, mkdir and mv.

#include <fmt/core.h>

#include <utility>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/requests.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

Try<void> rename(Client& client, const Path& from, const std::string& to) {
  TRY(client.perform({.method = "POST", .target = from.target() + "?toKey=" + percent_encode(to)}));
  return {};
}

}  // namespace

Try<Exit> make_volume(const Context& context, const std::string& name, const std::string& owner,
                      const std::string& quota) {
  const Path path = TRY(parse_path(name.starts_with('/') ? name : "/" + name));
  if (path.volume.empty() || !path.bucket.empty())
    return usage_failure(fmt::format("'{}' is not the name of a volume", printable(name)));
  Client client(context.server);
  TRY(create_volume(client, path.volume, owner.empty() ? context.server.user : owner, quota));
  return Exit::done;
}

Try<Exit> make_bucket(const Context& context, const std::string& path,
                      std::optional<Layout> layout) {
  const Path bucket = TRY(parse_bucket(path));
  Client client(context.server);
  TRY(create_bucket(client, bucket, layout));
  return Exit::done;
}

Try<Exit> make_directory(const Context& context, const std::string& path) {
  const Path directory = TRY(parse_key(path)).directory();
  Client client(context.server);
  // Never in the place of a key that has content: without directories the name may be one.
  const auto made = store_empty(client, directory, {"If-None-Match: *"});
  if (!made.ok() && made.error().code != "preconditionFailed") return made.error();
  return Exit::done;
}

Try<Exit> move_key(const Context& context, const std::string& path, const std::string& name) {
  const Path key = TRY(parse_key(path));
  Path renamed = key.with_key(name);
  if (name.starts_with('/')) renamed = TRY(parse_key(name));
  if (renamed.volume != key.volume || renamed.bucket != key.bucket)
    return usage_failure("a key can be renamed inside its bucket only; between buckets: get, put");
  Client client(context.server);
  auto moved = rename(client, key, renamed.key);
  if (!moved.ok() && may_mean_directory(client, key, moved.error())) {
    auto directory = rename(client, key.directory(), renamed.directory().key);
    if (directory.ok() || directory.error().code != "keyNotFound") moved = std::move(directory);
  }
  TRY(std::move(moved));
  return Exit::done;
}

}  // namespace dobson::ctl
