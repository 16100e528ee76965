// mkvol, mkbucket, mv and rm.

#include <fmt/core.h>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/requests.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

Try<void> remove_one(Client& client, const Path& path) {
  TRY(client.perform({.method = "DELETE", .target = path.target()}));
  return {};
}

// The keys of `bucket`: all of them, or `below` itself and what lies under it.
Try<void> remove_keys(const Context& context, Batch& batch, const Path& bucket,
                      const std::string& below) {
  Client client(context.server);
  const std::string directory = below.ends_with('/') ? below : below + "/";
  std::vector<Item> items;
  TRY(list_keys(client, bucket, below, [&](const KeyInfo& key, std::string_view) -> Try<void> {
    if (below.empty() || key.name == below || key.name.starts_with(directory))
      items.push_back({.name = key.name});
    return {};
  }));
  if (!below.empty() && items.empty())
    return Failure{.reason = "no key has this name or lies below it", .code = "keyNotFound"};
  batch.run(items, [&bucket](Client& worker, const Item& item) -> Try<Moved> {
    TRY(remove_one(worker, bucket.with_key(item.name)));
    return Moved::yes;
  });
  return {};
}

Try<void> remove_bucket(const Context& context, Batch& batch, const Path& bucket) {
  TRY(remove_keys(context, batch, bucket, ""));
  if (!batch.complete()) return {};
  Client client(context.server);
  return remove_one(client, bucket);
}

Try<void> remove_volume(const Context& context, Batch& batch, const Path& volume) {
  Client client(context.server);
  std::vector<Path> buckets;
  TRY(list_buckets(client, volume.volume, "", [&](const BucketInfo& bucket, std::string_view) {
    buckets.push_back({.volume = volume.volume, .bucket = bucket.name});
  }));
  for (const Path& bucket : buckets) TRY(remove_bucket(context, batch, bucket));
  if (!batch.complete()) return {};
  return remove_one(client, volume);
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

Try<Exit> make_bucket(const Context& context, const std::string& path) {
  const Path bucket = TRY(parse_bucket(path));
  Client client(context.server);
  TRY(create_bucket(client, bucket));
  return Exit::done;
}

Try<Exit> rename_key(const Context& context, const std::string& path, const std::string& name) {
  const Path key = TRY(parse_key(path));
  Path renamed = key.with_key(name);
  if (name.starts_with('/')) renamed = TRY(parse_key(name));
  if (renamed.volume != key.volume || renamed.bucket != key.bucket)
    return usage_failure("a key can be renamed inside its bucket only; between buckets: get, put");
  Client client(context.server);
  TRY(client.perform(
      {.method = "POST", .target = key.target() + "?toKey=" + percent_encode(renamed.key)}));
  return Exit::done;
}

Try<Exit> remove_path(const Context& context, const std::string& text, bool recursive) {
  const Path path = TRY(parse_path(text));
  if (path.volume.empty()) return usage_failure("'/' cannot be removed: name a volume");
  if (!recursive) {
    Client client(context.server);
    TRY(remove_one(client, path));
    return Exit::done;
  }
  Batch batch(context, "remove", "removed");
  if (path.bucket.empty())
    TRY(remove_volume(context, batch, path));
  else if (path.key.empty())
    TRY(remove_bucket(context, batch, path));
  else
    TRY(remove_keys(context, batch, path.with_key(""), path.key));
  return batch.finish(path.text(), "");
}

}  // namespace dobson::ctl
