// save: a bucket into a directory tree.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/requests.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

// The directory `name` (as in "a/b/") below `root`, made if missing. Never leaves `root`: no
// component may be a symbolic link, whoever put it there.
Try<Descriptor> open_below(int root, std::string_view name) {
  Descriptor directory(::openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (!name.empty()) {
    const std::size_t end = name.find('/');
    const std::string component(name.substr(0, end));
    name.remove_prefix(end + 1);
    if (::mkdirat(directory.get(), component.c_str(), 0777) != 0 && errno != EEXIST)
      return system_failure(fmt::format("cannot make the directory '{}'", printable(component)));
    directory = Descriptor(::openat(directory.get(), component.c_str(),
                                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory.valid())
      return system_failure(fmt::format("cannot enter '{}'", printable(component)));
  }
  return directory;
}

bool is_there(int directory, const std::string& name, const Item& item) {
  struct stat status = {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != item.size)
    return false;
  const auto file = LocalFile::open(directory, name, O_NOFOLLOW);
  return file.ok() && file->md5() == item.md5;
}

Try<Moved> save_key(Client& client, const Path& bucket, int root, const Item& item) {
  const bool existed = ::faccessat(root, item.name.c_str(), F_OK, 0) == 0;
  const std::size_t split = item.name.rfind('/') + 1;
  const Descriptor directory = TRY(open_below(root, std::string_view(item.name).substr(0, split)));
  const std::string name = item.name.substr(split);
  if (name.empty()) return existed ? Moved::was_there : Moved::yes;
  if (is_there(directory.get(), name, item)) return Moved::was_there;
  NewFile file = TRY(NewFile::create(directory.get(), name));
  const std::string md5 = TRY(download(client, bucket.with_key(item.name), file));
  if (!item.md5.empty() && md5 != item.md5)
    return Failure{.reason = "replaced since it was listed; save again"};
  TRY(file.commit());
  return Moved::yes;
}

// Why this key cannot be a file here; empty if it can.
std::string refused(const KeyInfo& key, CollisionFinder& collisions) {
  const std::string_view bad_name = not_a_local_name(key.name);
  if (!bad_name.empty()) return std::string(bad_name);
  if (key.name.ends_with('/') && key.size > 0)
    return "a name ending in '/' is a directory, but this key has content";
  if (const auto file = collisions.add(key.name))
    return fmt::format("'{}' is a key too, and a file cannot be a directory", printable(*file));
  return {};
}

// Whether the last item is a directory that `name` lies in, and so comes with it. In a listing a
// directory stands right before what is in it.
bool makes_last_of(const std::vector<Item>& items, std::string_view name) {
  return !items.empty() && items.back().name.ends_with('/') && name.starts_with(items.back().name);
}

}  // namespace

Try<Exit> save(const Context& context, const std::string& text, const std::string& directory) {
  const Path bucket = TRY(parse_bucket(text));
  Batch batch(context, "save", "saved");
  Client client(context.server);
  const bool directories = TRY(bucket_layout(client, bucket)) == Layout::file_system_optimized;
  std::vector<Item> items;
  CollisionFinder collisions;
  TRY(list_keys(client, bucket, "", [&](const KeyInfo& key, std::string_view) -> Try<void> {
    if (std::string reason = refused(key, collisions); !reason.empty()) {
      batch.fail({key.name, std::move(reason)});
      return {};
    }
    if (directories && makes_last_of(items, key.name)) items.pop_back();
    items.push_back({.name = key.name, .size = key.size, .md5 = key.md5});
    return {};
  }));

  if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST)
    return system_failure(fmt::format("cannot make the directory '{}'", printable(directory)));
  const Descriptor root(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid())
    return system_failure(fmt::format("cannot open the directory '{}'", printable(directory)));
  batch.run(items, [&](Client& worker, const Item& item) {
    return save_key(worker, bucket, root.get(), item);
  });
  return batch.finish(bucket.text(), directory);
}

}  // namespace dobson::ctl
