// du.

#include <fmt/core.h>

#include <optional>

#include "http/json/writer.h"
#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/listing.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/requests.h"
#include "tools/dobsonctl/roll_up.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

unsigned below(unsigned depth) {
  return depth > 0 ? depth - 1 : 0;
}

// Each function prints `depth` levels of rows below what it is named after, and returns its sum.
class Usage {
 public:
  Usage(const Context& context, UsageStyle style)
      : client_(context.server), json_(context.json), style_(style) {}

  Try<Amount> of_all(unsigned depth) {
    std::vector<std::string> names;
    TRY(list_volumes(client_, style_.everybody, [&](const VolumeInfo& volume, std::string_view) {
      names.push_back(volume.name);
    }));
    Amount total;
    for (const std::string& name : names) {
      const Path volume = {.volume = name};
      TRY(add(total, volume, of_volume(name, below(depth)), depth));
    }
    return total;
  }

  Try<Amount> of_volume(const std::string& volume, unsigned depth) {
    Amount total;
    for (const auto& [name, held] : TRY(buckets_of(volume, ""))) {
      const Path bucket = {.volume = volume, .bucket = name};
      TRY(add(total, bucket, of_bucket(bucket, held, below(depth)), depth));
    }
    return total;
  }

  // What is in a bucket, or begins with the key of `path`.
  Try<Amount> of_path(const Path& path, unsigned depth) {
    const Layout layout = TRY(bucket_layout(client_, path));
    if (!path.key.empty()) return of_names(path, layout, {}, depth);
    for (const auto& [name, held] : TRY(buckets_of(path.volume, path.bucket)))
      if (name == path.bucket) return of_bucket(path, held, depth);
    return Amount{};
  }

  void print_row(const std::string& path, Amount amount) const {
    print(stdout, "{}", row(path, amount));
  }

 private:
  struct Bucket {
    std::string name;
    Amount held;
  };

  Try<std::vector<Bucket>> buckets_of(const std::string& volume, const std::string& prefix) {
    std::vector<Bucket> buckets;
    TRY(list_buckets(client_, volume, prefix, [&](const BucketInfo& bucket, std::string_view) {
      buckets.push_back({bucket.name, {.keys = bucket.keys, .bytes = bucket.bytes}});
    }));
    return buckets;
  }

  Try<void> add(Amount& total, const Path& path, const Try<Amount>& part, unsigned depth) const {
    if (!part.ok()) return part.error();
    if (depth > 0) print_row(path.text(), *part);
    total.keys += part->keys;
    total.bytes += part->bytes;
    return {};
  }

  // The server knows what a bucket holds; only what is below it has to be counted.
  Try<Amount> of_bucket(const Path& bucket, Amount held, unsigned depth) {
    if (depth == 0) return held;
    return of_names(bucket, TRY(bucket_layout(client_, bucket)), {.keys = held.keys}, depth);
  }

  // `expected` is for the eye alone.
  Try<Amount> of_names(const Path& path, Layout layout, Amount expected, unsigned depth) {
    const Path bucket = path.with_key("");
    Progress progress("du", expected);
    RollUp sums(path.key, depth, [&](std::string_view directory, Amount amount) {
      progress.print_above(row(bucket.with_key(directory).text(), amount));
    });
    TRY(list_keys(
        client_, bucket, path.key, [&](const KeyInfo& key, std::string_view) -> Try<void> {
          const bool directory = layout == Layout::file_system_optimized && key.name.ends_with('/');
          sums.add(key.name, directory ? Amount{} : Amount{.keys = 1, .bytes = key.size});
          progress.finished();
          return {};
        }));
    return sums.finish();
  }

  std::string row(const std::string& path, Amount amount) const {
    if (!json_)
      return fmt::format("{:>16}  {:>12}  {}\n",
                         style_.human_sizes ? human_size(static_cast<double>(amount.bytes))
                                            : std::to_string(amount.bytes),
                         amount.keys, shown(path));
    auto& json = http::JsonWriter::begin().object().key("path").string(path);
    json.key("bytes").number(amount.bytes).key("keys").number(amount.keys).end_object();
    return std::string(json.text()) + "\n";
  }

  Client client_;
  const bool json_;
  const UsageStyle style_;
};

}  // namespace

Try<Exit> show_usage(const Context& context, const std::string& text, UsageStyle style) {
  const Path path = TRY(parse_path(text));
  Usage usage(context, style);
  const auto total = path.volume.empty()   ? usage.of_all(style.depth)
                     : path.bucket.empty() ? usage.of_volume(path.volume, style.depth)
                                           : usage.of_path(path, style.depth);
  if (!total.ok()) return total.error();
  usage.print_row(path.text(), *total);
  return Exit::done;
}

}  // namespace dobson::ctl
