// load: a directory tree into a bucket.

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/requests.h"

namespace dobson::ctl {

namespace {

// The bucket's keys in byte order; makes the bucket, and its volume, if there is none.
Try<std::vector<Item>> prepare_bucket(Client& client, const Path& bucket,
                                      const std::string& owner) {
  const auto exists_now = [](const Try<void>& made, std::string_view exists_code) -> Try<void> {
    if (made.ok() || made.error().code == exists_code) return {};
    return made.error();
  };
  std::vector<Item> items;
  const auto take = [&items](const KeyInfo& key, std::string_view) -> Try<void> {
    items.push_back({.name = key.name, .size = key.size, .md5 = key.md5});
    return {};
  };
  auto listed = list_keys(client, bucket, "", take);
  if (listed.ok()) return items;
  const std::string code = listed.error().code;
  if (code != "volumeNotFound" && code != "bucketNotFound") return listed.error();
  if (code == "volumeNotFound")
    TRY(exists_now(create_volume(client, bucket.volume, owner, ""), "volumeAlreadyExists"));
  TRY(exists_now(create_bucket(client, bucket), "bucketAlreadyExists"));
  return items;
}

const Item* find(const std::vector<Item>& sorted, const std::string& name) {
  const auto found = std::ranges::lower_bound(sorted, name, {}, &Item::name);
  return found != sorted.end() && found->name == name ? &*found : nullptr;
}

Try<void> store_empty(Client& client, const Path& key) {
  struct Nothing : Source {
    std::optional<std::uint64_t> size() const override { return 0; }
    Try<std::size_t> read(std::span<char>) override { return std::size_t{0}; }
    bool rewind() override { return true; }
  } nothing;
  TRY(client.perform({.method = "PUT", .target = key.target(), .source = &nothing}));
  return {};
}

}  // namespace

Try<Exit> load(const Context& context, const std::string& directory, const std::string& text,
               bool follow_links) {
  const Path bucket = TRY(parse_bucket(text));
  Batch batch(context, "load", "loaded");
  Tree tree = TRY(walk_tree(directory, follow_links));
  for (Problem& problem : tree.skipped) batch.skip(std::move(problem));
  for (Problem& problem : tree.failed) batch.fail(std::move(problem));

  Client client(context.server);
  const std::vector<Item> present = TRY(prepare_bucket(client, bucket, context.server.user));
  batch.run(tree.items, [&](Client& worker, const Item& item) -> Try<Moved> {
    const Path key = bucket.with_key(item.name);
    const Item* old = find(present, item.name);
    if (item.name.ends_with('/')) {
      if (old != nullptr && old->size == 0) return Moved::was_there;
      TRY(store_empty(worker, key));
      return Moved::yes;
    }
    LocalFile file = TRY(LocalFile::open(AT_FDCWD, directory + "/" + item.name));
    if (old != nullptr && old->size == *file.size() && old->md5 == file.md5())
      return Moved::was_there;
    TRY(upload(worker, key, file));
    return Moved::yes;
  });
  return batch.finish(directory, bucket.text());
}

}  // namespace dobson::ctl
