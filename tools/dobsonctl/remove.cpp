// rm.

#include <algorithm>
#include <iterator>

#include "core/base/limits.h"
#include "http/json/writer.h"
#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/requests.h"

namespace dobson::ctl {

namespace {

Try<void> remove_one(Client& client, const Path& path) {
  TRY(client.perform({.method = "DELETE", .target = path.target()}));
  return {};
}

Try<void> remove_directory(Client& client, const Path& directory) {
  TRY(client.perform({.method = "DELETE", .target = directory.target() + "?recursive=true"}));
  return {};
}

// A key, or an empty directory whose final '/' may be missing.
Try<void> remove_single(Client& client, const Path& path) {
  const auto removed = remove_one(client, path);
  if (removed.ok() || path.key.empty() || !may_mean_directory(client, path, removed.error()))
    return removed;
  const auto directory = remove_one(client, path.directory());
  return directory.ok() || directory.error().code != "keyNotFound" ? directory : removed;
}

std::string names_body(std::span<const Item> keys) {
  auto& json = http::JsonWriter::begin().object().key("keys").array();
  for (const Item& key : keys) json.string(key.name);
  json.end_array().key("quiet").boolean(true).end_object();
  return std::string(json.text());
}

// One request (spec/ozone-rest.md §4.10), or two and more if the names are too long for one.
Batch::Outcomes remove_group(Client& client, const Path& bucket, std::span<const Item> keys) {
  const std::string body = names_body(keys);
  if (body.size() > limits::batch_delete_bytes) {
    auto outcomes = remove_group(client, bucket, keys.first(keys.size() / 2));
    std::ranges::move(remove_group(client, bucket, keys.subspan(keys.size() / 2)),
                      std::back_inserter(outcomes));
    return outcomes;
  }
  TextSource source(body);
  const auto reply =
      client.perform({.method = "POST", .target = bucket.target() + "?delete", .source = &source});
  const auto errors =
      reply.ok() ? parse_delete_errors(reply->body) : Try<std::vector<DeleteError>>(reply.error());
  if (!errors.ok()) return Batch::Outcomes(keys.size(), errors.error());
  Batch::Outcomes outcomes(keys.size(), Moved::yes);
  for (const DeleteError& error : *errors) {
    const auto key = std::ranges::find(keys, error.name, &Item::name);
    if (key != keys.end()) outcomes[static_cast<std::size_t>(key - keys.begin())] = error.failure;
  }
  return outcomes;
}

void remove_keys(Batch& batch, const Path& bucket, std::span<const Item> keys) {
  batch.run_groups(keys, limits::batch_delete_keys,
                   [&bucket](Client& worker, std::span<const Item> group) {
                     return remove_group(worker, bucket, group);
                   });
}

// In a bucket without directories: all keys, or `below` itself and what lies under it.
Try<void> remove_names(Client& client, Batch& batch, const Path& bucket, const std::string& below) {
  const std::string directory = bucket.with_key(below).directory().key;
  std::vector<Item> keys;
  TRY(list_keys(client, bucket, below, [&](const KeyInfo& key, std::string_view) -> Try<void> {
    if (below.empty() || key.name == below || key.name.starts_with(directory))
      keys.push_back({.name = key.name});
    return {};
  }));
  if (!below.empty() && keys.empty())
    return Failure{.reason = "no key has this name or lies below it", .code = "keyNotFound"};
  remove_keys(batch, bucket, keys);
  return {};
}

// In a bucket with directories: `path`, one of them or a key.
Try<void> remove_from_tree(Client& client, Batch& batch, const Path& path) {
  const Path directory = path.directory();
  auto removed = remove_directory(client, directory);
  const bool may_be_key = path.key != directory.key;
  if (!removed.ok() && removed.error().code == "keyNotFound" && may_be_key) {
    TRY(remove_one(client, path));
    batch.count({.name = path.key});
    return {};
  }
  TRY(std::move(removed));
  batch.count({.name = directory.key});
  return {};
}

// In a bucket with directories: all of it, a request for each directory of the first level.
Try<void> remove_tree(Client& client, Batch& batch, const Path& bucket) {
  std::vector<Item> keys;
  std::vector<Item> directories;
  TRY(list_level(client, bucket, "", [&](const LevelEntry& entry) {
    auto& items = entry.key == nullptr ? directories : keys;
    items.push_back({.name = std::string(entry.name)});
  }));
  remove_keys(batch, bucket, keys);
  batch.run(directories, [&bucket](Client& worker, const Item& item) -> Try<Moved> {
    TRY(remove_directory(worker, bucket.with_key(item.name)));
    return Moved::yes;
  });
  return {};
}

// What is at `path` or below it: a bucket, a directory or a key.
Try<void> remove_contents(Client& client, Batch& batch, const Path& path) {
  const Layout layout = TRY(bucket_layout(client, path));
  if (layout == Layout::object_store)
    return remove_names(client, batch, path.with_key(""), path.key);
  return path.key.empty() ? remove_tree(client, batch, path)
                          : remove_from_tree(client, batch, path);
}

Try<void> remove_bucket(Client& client, Batch& batch, const Path& bucket) {
  TRY(remove_contents(client, batch, bucket));
  if (!batch.complete()) return {};
  return remove_one(client, bucket);
}

Try<void> remove_volume(Client& client, Batch& batch, const Path& volume) {
  std::vector<Path> buckets;
  TRY(list_buckets(client, volume.volume, "", [&](const BucketInfo& bucket, std::string_view) {
    buckets.push_back({.volume = volume.volume, .bucket = bucket.name});
  }));
  for (const Path& bucket : buckets) TRY(remove_bucket(client, batch, bucket));
  if (!batch.complete()) return {};
  return remove_one(client, volume);
}

}  // namespace

Try<Exit> remove_path(const Context& context, const std::string& text, bool recursive) {
  const Path path = TRY(parse_path(text));
  if (path.volume.empty()) return usage_failure("'/' cannot be removed: name a volume");
  Client client(context.server);
  if (!recursive) {
    TRY(remove_single(client, path));
    return Exit::done;
  }
  Batch batch(context, "remove", "removed");
  if (path.bucket.empty())
    TRY(remove_volume(client, batch, path));
  else if (path.key.empty())
    TRY(remove_bucket(client, batch, path));
  else
    TRY(remove_contents(client, batch, path));
  return batch.finish(path.text(), "");
}

}  // namespace dobson::ctl
