// ls and info.

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

// The formats of one `ls`.
class Lister {
 public:
  Lister(bool json, ListStyle style)
      : json_(json), style_(style), terminal_(isatty(STDOUT_FILENO) == 1) {}

  void volume(const VolumeInfo& volume, std::string_view json) const {
    if (json_) return line(json);
    if (style_.details)
      fmt::print("{:<29}  {:<16}  {:>12}  ", volume.created, printable(volume.owner), volume.quota);
    line(shown(volume.name));
  }

  void bucket(const BucketInfo& bucket, std::string_view json) const {
    if (json_) return line(json);
    if (style_.details)
      fmt::print("{:<29}  {:<8}  {:>12}  {:>16}  ", bucket.created, bucket.storage, bucket.keys,
                 size(bucket.bytes));
    line(shown(bucket.name));
  }

  void key(const KeyInfo& key, std::string_view json) const {
    if (json_) return line(json);
    if (style_.details) fmt::print("{:<29}  {:>16}  ", key.modified, size(key.size));
    line(shown(key.name));
  }

 private:
  std::string size(std::uint64_t bytes) const {
    return style_.human_sizes ? human_size(static_cast<double>(bytes)) : std::to_string(bytes);
  }

  // A terminal must not obey control characters of a key's name; a pipe gets the name as it is.
  std::string shown(const std::string& name) const { return terminal_ ? printable(name) : name; }

  static void line(std::string_view text) { fmt::print("{}\n", text); }

  bool json_;
  ListStyle style_;
  bool terminal_;
};

void print_field(std::string_view name, const auto& value) {
  fmt::print("{:<12} {}\n", name, value);
}

void print_volume(const VolumeInfo& volume) {
  print_field("volume", volume.name);
  print_field("owner", printable(volume.owner));
  print_field("quota", volume.quota);
  print_field("created", volume.created);
  print_field("created by", printable(volume.created_by));
}

void print_bucket(const BucketInfo& bucket) {
  print_field("bucket", bucket.name);
  print_field("created", bucket.created);
  print_field("storage", bucket.storage);
  print_field("versioning", bucket.versioning);
  for (const std::string& acl : bucket.acls) print_field("acl", printable(acl));
}

void print_key(const KeyDetail& detail) {
  const KeyInfo& key = detail.key;
  print_field("key", printable(key.name));
  print_field("size",
              fmt::format("{} ({})", grouped(key.size), human_size(static_cast<double>(key.size))));
  print_field("md5", key.md5.empty() ? "of parts" : key.md5);
  print_field("created", key.created);
  print_field("modified", key.modified);
  print_field("version", key.version);
  for (const KeyBlock& block : detail.blocks)
    print_field("block", fmt::format("container {} block {}, {} bytes from {}", block.container,
                                     block.local, grouped(block.length), grouped(block.offset)));
}

// Asks for `target`; the body as it came for --json, else read by `parse` and shown by `print`.
template <class Parse, class Print>
Try<void> show_one(const Context& context, const std::string& target, const Parse& parse,
                   const Print& print) {
  Client client(context.server);
  const Reply reply = TRY(client.perform({.method = "GET", .target = target}));
  if (context.json)
    fmt::print("{}\n", reply.body);
  else
    print(TRY(parse(reply.body)));
  return {};
}

}  // namespace

Try<Exit> show_list(const Context& context, const std::string& text, ListStyle style) {
  const Path path = TRY(parse_path(text));
  const Lister lister(context.json, style);
  Client client(context.server);
  if (path.volume.empty()) {
    TRY(list_volumes(client, style.everybody,
                     [&lister](const VolumeInfo& volume, std::string_view json) {
                       lister.volume(volume, json);
                     }));
  } else if (path.bucket.empty()) {
    TRY(list_buckets(client, path.volume,
                     [&lister](const BucketInfo& bucket, std::string_view json) {
                       lister.bucket(bucket, json);
                     }));
  } else {
    TRY(list_keys(client, path.with_key(""), path.key,
                  [&lister](const KeyInfo& key, std::string_view json) -> Try<void> {
                    lister.key(key, json);
                    return {};
                  }));
  }
  if (std::fflush(stdout) != 0) return system_failure("cannot write the listing");
  return Exit::done;
}

Try<Exit> show_info(const Context& context, const std::string& text) {
  const Path path = TRY(parse_path(text));
  if (path.volume.empty()) return usage_failure("name a volume, a bucket or a key");
  const std::string target = path.target();
  if (path.bucket.empty())
    TRY(show_one(context, target + "?info=volume", parse_volume, print_volume));
  else if (path.key.empty())
    TRY(show_one(context, target + "?info=bucket", parse_bucket_info, print_bucket));
  else
    TRY(show_one(context, target + "?info=key-detail", parse_key_detail, print_key));
  return Exit::done;
}

}  // namespace dobson::ctl
