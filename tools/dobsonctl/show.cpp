// ls and info.

#include <fmt/core.h>

#include "http/json/writer.h"
#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

// The formats of one `ls`.
class Lister {
 public:
  Lister(bool json, ListStyle style) : json_(json), style_(style) {}

  void volume(const VolumeInfo& volume, std::string_view json) const {
    if (json_) return line(json);
    if (style_.details)
      print(stdout, "{:<29}  {:<16}  {:>12}  ", volume.created, printable(volume.owner),
            volume.quota);
    line(shown(volume.name));
  }

  void bucket(const BucketInfo& bucket, std::string_view json) const {
    if (json_) return line(json);
    if (style_.details)
      print(stdout, "{:<29}  {:<8}  {:>12}  {:>16}  ", bucket.created, bucket.storage, bucket.keys,
            size(bucket.bytes));
    line(shown(bucket.name));
  }

  void key(const KeyInfo& key, std::string_view json) const {
    if (json_) return line(json);
    if (style_.details) print(stdout, "{:<29}  {:>16}  ", key.modified, size(key.size));
    line(shown(key.name));
  }

  void entry(const LevelEntry& entry) const {
    if (entry.key != nullptr) return key(*entry.key, entry.json);
    if (json_) {
      auto& json = http::JsonWriter::begin().object().key("prefix").string(entry.name);
      return line(json.end_object().text());
    }
    if (style_.details) print(stdout, "{:<29}  {:>16}  ", "-", "-");
    line(shown(std::string(entry.name)));
  }

 private:
  std::string size(std::uint64_t bytes) const {
    return style_.human_sizes ? human_size(static_cast<double>(bytes)) : std::to_string(bytes);
  }

  static void line(std::string_view text) { print(stdout, "{}\n", text); }

  bool json_;
  ListStyle style_;
};

// What the buckets of a volume hold, or one of them.
struct Contents {
  std::uint64_t buckets = 0;
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
};

// The server tells these numbers in its list of buckets alone (spec/ozone-rest.md §3.9).
Try<Contents> contents_of(Client& client, const Path& path) {
  Contents contents;
  TRY(list_buckets(client, path.volume, path.bucket,
                   [&](const BucketInfo& bucket, std::string_view) {
                     if (!path.bucket.empty() && bucket.name != path.bucket) return;
                     ++contents.buckets;
                     contents.keys += bucket.keys;
                     contents.bytes += bucket.bytes;
                   }));
  return contents;
}

void print_volume(const VolumeInfo& volume, const Contents& contents) {
  print_field("volume", volume.name);
  print_field("owner", printable(volume.owner));
  print_field("quota", volume.quota);
  print_field("created", volume.created);
  print_field("created by", printable(volume.created_by));
  print_field("buckets", grouped(contents.buckets));
  print_field("keys", grouped(contents.keys));
  print_size(contents.bytes);
}

void print_bucket(const BucketInfo& bucket, std::string_view layout, const Contents& contents) {
  print_field("bucket", bucket.name);
  print_field("created", bucket.created);
  print_field("storage", bucket.storage);
  print_field("versioning", bucket.versioning);
  if (const auto known = parse_layout(layout)) print_field("layout", typed(*known));
  for (const std::string& acl : bucket.acls) print_field("acl", printable(acl));
  print_field("keys", grouped(contents.keys));
  print_size(contents.bytes);
}

void print_key(const KeyDetail& detail) {
  const KeyInfo& key = detail.key;
  print_field("key", printable(key.name));
  print_size(key.size);
  print_field("md5", key.md5.empty() ? "of parts" : key.md5);
  print_field("created", key.created);
  print_field("modified", key.modified);
  print_field("version", key.version);
  for (const KeyBlock& block : detail.blocks)
    print_field("block", fmt::format("container {} block {}, {} bytes from {}", block.container,
                                     block.local, grouped(block.length), grouped(block.offset)));
}

Try<void> print_answer(Client& client, const Path& path, const Reply& reply) {
  if (!path.key.empty()) {
    print_key(TRY(parse_key_detail(reply.body)));
  } else if (!path.bucket.empty()) {
    const BucketInfo bucket = TRY(parse_bucket_info(reply.body));
    print_bucket(bucket, reply.layout, TRY(contents_of(client, path)));
  } else {
    const VolumeInfo volume = TRY(parse_volume(reply.body));
    print_volume(volume, TRY(contents_of(client, path)));
  }
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
    TRY(list_buckets(client, path.volume, "",
                     [&lister](const BucketInfo& bucket, std::string_view json) {
                       lister.bucket(bucket, json);
                     }));
  } else if (!style.recursive) {
    TRY(list_level(client, path.with_key(""), path.key,
                   [&lister](const LevelEntry& entry) { lister.entry(entry); }));
  } else {
    TRY(list_keys(client, path.with_key(""), path.key,
                  [&lister](const KeyInfo& key, std::string_view json) -> Try<void> {
                    lister.key(key, json);
                    return {};
                  }));
  }
  return Exit::done;
}

Try<Exit> show_info(const Context& context, const std::string& text) {
  const Path path = TRY(parse_path(text));
  if (path.volume.empty()) return usage_failure("name a volume, a bucket or a key");
  const std::string_view what = !path.key.empty()      ? "key-detail"
                                : !path.bucket.empty() ? "bucket"
                                                       : "volume";
  Client client(context.server);
  const Reply reply = TRY(
      client.perform({.method = "GET", .target = fmt::format("{}?info={}", path.target(), what)}));
  if (context.json)
    print(stdout, "{}\n", reply.body);
  else
    TRY(print_answer(client, path, reply));
  return Exit::done;
}

}  // namespace dobson::ctl
