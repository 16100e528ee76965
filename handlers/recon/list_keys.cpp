#include "handlers/recon/list_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/call.h"
#include "handlers/recon/key_prefix.h"
#include "handlers/recon/listing.h"
#include "handlers/recon/raw_key.h"
#include "handlers/recon/wire.h"
#include "http/json/row_text.h"
#include "storage/query/namespace.h"
#include "storage/query/path.h"

namespace dobson::recon {

namespace {

constexpr UnixMillis never = std::numeric_limits<UnixMillis>::max();

struct Filter {
  bool replicated = true;  // as is asked for; all keys are
  std::uint64_t least_size = 0;
  UnixMillis created_since = 0;

  bool takes(const storage::KeyRow& row) const {
    return row.size >= least_size && row.created >= created_since;
  }
};

// "MM-dd-yyyy HH:mm:ss" of the server's time zone.
UnixMillis time_of(const std::string& text) {
  std::tm date{};
  const char* const end = strptime(text.c_str(), "%m-%d-%Y %H:%M:%S", &date);
  if (end != text.c_str() + text.size()) return never;
  date.tm_isdst = -1;
  return UnixMillis{std::mktime(&date)} * 1000;
}

Filter filter_of(const http::Exchange& exchange) {
  const auto type = query_or_empty(exchange, "replicationType");
  const auto date = query_or_empty(exchange, "creationDate");
  const auto size = query_integer(exchange, "keySize", 0);
  return {.replicated = type.empty() || type == "RATIS",
          .least_size = static_cast<std::uint64_t>(std::max(size, std::int64_t{0})),
          .created_since = date.empty() ? 0 : time_of(std::string(date))};
}

void answer_no_keys(http::Exchange& exchange) {
  answer_json(exchange,
              R"({"status":"OK","path":"","replicatedDataSize":-1,"unReplicatedDataSize":-1,)"
              R"("keys":[]})");
}

// What is listed: keys of a bucket whose names begin with `prefix`, or the one of that name.
struct Asked {
  std::string_view text;  // startPrefix
  std::string_view volume_name;
  std::string_view bucket_name;
  storage::ObjectId volume;
  storage::BucketRecord bucket;
  std::string prefix = {};
  bool one = false;

  bool is_tree() const { return bucket.layout == storage::Layout::file_system_optimized; }
};

// A name is in it three times; volume and bucket are, too, and need no escapes.
constexpr std::size_t row_bytes = 3 * 6 * limits::key_name_bytes + limits::KiB;

class KeyRows final : public RowSource {
 public:
  KeyRows(Asked asked, Filter filter, std::string after)
      : asked_(std::move(asked)), filter_(filter), after_(std::move(after)) {
    begin_ = fmt::format(R"({{"volumeName":"{}","bucketName":"{}","keyName":")", asked_.volume_name,
                         asked_.bucket_name);
    path_begin_ = fmt::format("{}/{}/", asked_.volume_name, asked_.bucket_name);
    key_begin_ = to_text(FlatKey{asked_.volume_name, asked_.bucket_name, {}});
    auto& json = http::JsonWriter::begin();
    write_replication(json, asked_.bucket.replication);
    replication_ = json.text();
  }

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    directory_.reset();
    bool left = false;
    storage::KeyScan keys(txn, asked_.bucket, {asked_.prefix, after_}, [&] {
      sink.pass();
      return left = sink.tired();
    });
    while (keys.next()) {
      if (asked_.one && keys.row().name != asked_.prefix) return false;
      if (sink.full()) return true;
      if (filter_.takes(keys.row())) {
        add(sink, txn, keys.row());
      } else {
        sink.pass();
      }
      after_.assign(keys.row().name);
    }
    if (left) after_.assign(keys.place());
    return left;
  }

  void write_head(http::JsonWriter& json) override {
    json.key("status").string("OK").key("path").string(asked_.text);
  }
  void write_sums(http::JsonWriter& json, std::int64_t count) override {
    json.key("replicatedDataSize").number(bytes_ * copies_of(asked_.bucket.replication));
    json.key("unReplicatedDataSize").number(bytes_);
    json.key("lastKey").string(count == 0 ? std::string() : key_begin_ + last_name_);
  }
  bool answer_none(http::Exchange& exchange) override {
    answer_no_keys(exchange);
    return true;
  }

 private:
  // Where the row is whose last component follows this, the path of a directory or nothing.
  void enter(const storage::ReadTxn& txn, std::string_view directory) {
    if (directory_ == directory) return;
    directory_ = directory;
    parent_ = directory.empty() ? asked_.bucket.id
                                : storage::find_directory(txn, asked_.bucket, directory)->id;
    key_begin_ = to_text(TreeKey{asked_.volume, asked_.bucket.id, parent_, {}});
  }

  void add(RowSink& sink, const storage::ReadTxn& txn, const storage::KeyRow& row) {
    std::string_view name = row.name;
    if (asked_.is_tree()) {
      name.remove_prefix(row.name.rfind('/') + 1);
      enter(txn, row.name.substr(0, row.name.size() - name.size()));
    }
    last_name_.assign(name);
    bytes_ += row.size;

    http::RowText<row_bytes> text;
    text.text(begin_).escaped(name).text(R"(","dataSize":)").number(row.size);
    text.text(R"(,"parentId":)").number(parent_.value);
    text.text(R"(,"file":true,"creationTime":)").number(row.created);
    text.text(R"(,"modificationTime":)").number(row.modified);
    text.text(R"(,"key":")").text(key_begin_).escaped(name);
    text.text(R"(","path":")").text(path_begin_).escaped(row.name);
    text.text(R"(","replicatedSize":)").number(row.size * copies_of(asked_.bucket.replication));
    text.text(R"(,"replicationInfo":)").text(replication_).text(R"(,"isKey":true,"size":)");
    sink.add(text.number(row.size).text("}").view());
  }

  Asked asked_;
  Filter filter_;
  std::string after_;
  std::string last_name_;
  std::uint64_t bytes_ = 0;
  // Of the last row.
  std::optional<std::string> directory_;
  storage::ObjectId parent_;
  std::string key_begin_;  // its raw key without the name
  // What all rows have alike.
  std::string begin_;
  std::string path_begin_;
  std::string replication_;
};

// Nothing: no keys can be there.
std::optional<Asked> find(const storage::ReadTxn& txn, std::string_view text,
                          const KeyPrefix& prefix) {
  const auto volume = storage::find_volume(txn, prefix.volume);
  auto bucket = storage::find_bucket(txn, prefix.volume, prefix.bucket);
  if (!volume || !bucket) return std::nullopt;
  Asked asked{text, prefix.volume, prefix.bucket, volume->id, std::move(*bucket)};
  if (!asked.is_tree()) {
    asked.prefix = prefix.rest;
    return asked;
  }
  asked.prefix = tidy_path(prefix.rest);
  if (asked.prefix.empty()) return asked;
  const auto directory = storage::find_directory(txn, asked.bucket, asked.prefix + '/');
  asked.one = !directory;
  if (directory) asked.prefix.push_back('/');
  return asked;
}

// The rows behind a cursor are those whose names are greater than this; nothing: there are none.
// key_not_found: it is of a directory that is gone, so its place is not known.
Result<std::optional<std::string>> name_at(const storage::ReadTxn& txn, const Asked& asked,
                                           std::string_view cursor) {
  using Name = std::optional<std::string>;
  const auto tree = asked.is_tree() ? tree_key_of(cursor) : std::nullopt;
  if (tree && tree->volume == asked.volume && tree->bucket == asked.bucket.id) {
    const auto above = storage::path_of(txn, tree->parent);
    const auto bucket = std::string(asked.volume_name).append("/").append(asked.bucket_name) + '/';
    if (!above || !above->starts_with(bucket)) return Error{Errc::key_not_found};
    return Name(above->substr(bucket.size()).append(tree->name));
  }
  const auto first = asked.is_tree()
                         ? to_text(TreeKey{asked.volume, asked.bucket.id, asked.bucket.id, {}})
                         : to_text(FlatKey{asked.volume_name, asked.bucket_name, {}});
  if (!asked.is_tree() && cursor.starts_with(first)) return Name(cursor.substr(first.size()));
  return cursor < first ? Name("") : std::nullopt;
}

}  // namespace

std::unique_ptr<http::Deferred> list_keys(Context& context, http::Exchange& exchange) {
  const auto text = query_or_empty(exchange, "startPrefix");
  const auto prefix = text.starts_with('/') ? key_prefix_of(text) : std::nullopt;
  const auto wrong = prefix ? why_illegal(*prefix) : std::optional(shallow_prefix);
  if (wrong) {
    answer_error(exchange, 400, *wrong);
    return nullptr;
  }
  const storage::ReadTxn& txn = context.read(exchange);
  const Filter filter = filter_of(exchange);
  auto asked = filter.replicated ? find(txn, text, *prefix) : std::nullopt;
  if (!asked) {
    answer_no_keys(exchange);
    return nullptr;
  }
  auto after = name_at(txn, *asked, query_or_empty(exchange, "prevKey"));
  if (!after) {
    answer_error(exchange, 400, lost_cursor);
    return nullptr;
  }
  if (!*after) {
    answer_no_keys(exchange);
    return nullptr;
  }
  return answer_rows(context, exchange, "keys",
                     query_integer(exchange, "limit", limits::insight_rows),
                     rows_of(KeyRows(std::move(*asked), filter, std::move(**after))));
}

}  // namespace dobson::recon
