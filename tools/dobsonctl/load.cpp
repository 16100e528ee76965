// load: a directory tree into a bucket.

#include <fcntl.h>
#include <fmt/core.h>

#include <algorithm>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/requests.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

bool is_missing(const Failure& failure) {
  return failure.code == "volumeNotFound" || failure.code == "bucketNotFound";
}

// Makes the bucket, and its volume, if there is none: one with directories, unless another layout
// is wanted. A bucket that is there keeps the layout that it has.
Try<void> prepare_bucket(Client& client, const Path& bucket, const std::string& owner,
                         std::optional<Layout> wanted) {
  const auto unless = [](const Try<void>& made, std::string_view exists_code) -> Try<void> {
    if (made.ok() || made.error().code == exists_code) return {};
    return made.error();
  };
  auto layout = bucket_layout(client, bucket);
  if (!layout.ok() && is_missing(layout.error())) {
    if (layout.error().code == "volumeNotFound")
      TRY(unless(create_volume(client, bucket.volume, owner, ""), "volumeAlreadyExists"));
    TRY(unless(create_bucket(client, bucket, wanted.value_or(Layout::file_system_optimized)),
               "bucketAlreadyExists"));
    layout = bucket_layout(client, bucket);
  }
  if (!layout.ok()) return layout.error();
  if (wanted && *wanted != *layout)
    return usage_failure(
        fmt::format("the layout of {} is {} and cannot change: leave --layout "
                    "away, or name a bucket that is not there yet",
                    printable(bucket.text()), typed(*layout)));
  return {};
}

// The bucket's keys and directories in byte order.
Try<std::vector<Item>> present_items(Client& client, const Path& bucket) {
  std::vector<Item> items;
  TRY(list_keys(client, bucket, "", [&items](const KeyInfo& key, std::string_view) -> Try<void> {
    items.push_back({.name = key.name, .size = key.size, .md5 = key.md5});
    return {};
  }));
  return items;
}

const Item* find(const std::vector<Item>& sorted, const std::string& name) {
  const auto found = std::ranges::lower_bound(sorted, name, {}, &Item::name);
  return found != sorted.end() && found->name == name ? &*found : nullptr;
}

Try<Moved> send(Client& client, const std::string& directory, const Path& key, const Item* old) {
  if (key.key.ends_with('/')) {
    if (old != nullptr && old->size == 0) return Moved::was_there;
    TRY(store_empty(client, key));
    return Moved::yes;
  }
  LocalFile file = TRY(LocalFile::open(AT_FDCWD, directory + "/" + key.key));
  if (old != nullptr && old->size == *file.size() && old->md5 == file.md5())
    return Moved::was_there;
  TRY(upload(client, key, file));
  return Moved::yes;
}

// A clash as the reader of a tree sees it.
Failure explained(Failure failure) {
  if (failure.code == "keyAlreadyExists")
    failure.reason +=
        "; in the bucket a directory has this name, or a key that of a directory "
        "above it: remove that with 'dobsonctl rm' first";
  return failure;
}

}  // namespace

Try<Exit> load(const Context& context, const std::string& directory, const std::string& text,
               std::optional<Layout> layout, bool follow_links) {
  const Path bucket = TRY(parse_bucket(text));
  Batch batch(context, "load", "loaded");
  Tree tree = TRY(walk_tree(directory, follow_links));
  for (Problem& problem : tree.skipped) batch.skip(std::move(problem));
  for (Problem& problem : tree.failed) batch.fail(std::move(problem));

  Client client(context.server);
  TRY(prepare_bucket(client, bucket, context.server.user, layout));
  const std::vector<Item> present = TRY(present_items(client, bucket));
  batch.run(tree.items, [&](Client& worker, const Item& item) -> Try<Moved> {
    auto sent = send(worker, directory, bucket.with_key(item.name), find(present, item.name));
    if (!sent.ok()) return explained(std::move(sent).error());
    return sent;
  });
  return batch.finish(directory, bucket.text());
}

}  // namespace dobson::ctl
