#include "handlers/recon/open_keys.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/text.h"
#include "handlers/common/upload_id.h"
#include "handlers/recon/call.h"
#include "handlers/recon/key_window.h"
#include "handlers/recon/open_place.h"
#include "handlers/recon/raw_key.h"
#include "storage/query/cluster.h"
#include "storage/query/namespace.h"

namespace dobson::recon {

namespace {

struct OpenRow {
  OpenPlace place;
  UnixMillis created = 0;
  std::uint64_t bytes = 0;
  bool upload = false;
};

struct Asked {
  OpenFilter filter;
  bool seed;  // everything, in the form of the seed
  bool flat;  // rows of OBJECT_STORE buckets
  bool tree;  // of the others

  bool includes(bool is_tree) const { return is_tree ? tree : flat; }
};

// Keys on their way behind a place, in order.
std::vector<OpenRow> rows_behind(storage::OpenKeys& keys, const OpenPlace& after,
                                 const Asked& asked) {
  std::vector<OpenRow> rows;
  keys.visit([&](const storage::OpenKey& key) {
    OpenPlace place{key.layout == storage::Layout::file_system_optimized, std::string(key.volume),
                    std::string(key.bucket), std::string(key.key), std::to_string(key.client)};
    if (!asked.includes(place.tree) || place <= after || !asked.filter.takes(place)) return;
    rows.push_back({std::move(place), key.created, key.size()});
  });
  std::ranges::sort(rows, {}, &OpenRow::place);
  return rows;
}

class OpenRows final : public KeyWindow {
 public:
  // `keys`: those behind `after`.
  OpenRows(Asked asked, OpenPlace after, std::vector<OpenRow> keys)
      : asked_(std::move(asked)), keys_(std::move(keys)), at_(std::move(after)) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    bucket_.reset();
    for (; tables_left_ > 0; --tables_left_) {
      const bool tree = tables_left_ == 1;
      if (tree && !at_.tree) go_to({.tree = true});
      if (at_.tree != tree || !asked_.includes(tree)) continue;
      if (!add_uploads(txn, sink) || !add_keys(txn, nullptr, sink)) return true;
    }
    return false;
  }

  std::string_view array(std::string_view name) const override {
    if (asked_.seed) return name;
    return any_flat_ ? "nonFSO" : "fso";
  }
  bool answer_none(http::Exchange& exchange) override {
    if (asked_.seed) return false;
    answer_nothing(exchange);
    return true;
  }

 private:
  struct Bucket {
    std::string volume;
    std::string name;
    storage::ObjectId volume_id;
    storage::BucketRecord record;
  };

  void go_to(OpenPlace place) {
    at_ = std::move(place);
    bucket_done_ = false;
  }

  // Of the table of `at_`, each behind the keys that stand before it. False: the sink is full.
  bool add_uploads(const storage::ReadTxn& txn, RowSink& sink) {
    const auto& prefix = asked_.filter.prefix();
    if (prefix && std::pair<std::string_view, std::string_view>(at_.volume, at_.bucket) <
                      std::pair(prefix->volume, prefix->bucket)) {
      go_to({at_.tree, std::string(prefix->volume), std::string(prefix->bucket)});
    }
    bool behind = false;  // what the prefix names
    const auto look_into = [&](const storage::BucketPlace& place,
                               const storage::BucketRecord* bucket) {
      behind = !asked_.filter.takes_bucket(at_.tree, place);
      if (behind) return false;
      if (at_.volume != place.volume || at_.bucket != place.bucket) {
        go_to({at_.tree, std::string(place.volume), std::string(place.bucket)});
      }
      bucket_done_ = add_uploads_of(txn, bucket, sink);
      return bucket_done_;
    };
    const std::string volume = at_.volume;
    const std::string name = at_.bucket;
    const auto bucket = storage::find_bucket(txn, volume, name);
    if (!bucket_done_ && bucket && !look_into({volume, name}, &*bucket)) return behind;
    return !storage::visit_all_buckets(txn, {volume, name}, look_into) || behind;
  }

  bool add_uploads_of(const storage::ReadTxn& txn, const storage::BucketRecord* bucket,
                      RowSink& sink) {
    const bool tree = bucket != nullptr && bucket->layout == storage::Layout::file_system_optimized;
    if (bucket == nullptr || tree != at_.tree || bucket->uploads == storage::ObjectId{}) {
      if (sink.full()) return false;
      sink.pass();
      return true;
    }
    const auto add = [&](const storage::UploadView& upload) {
      OpenRow row{at_, upload.created, 0, true};
      row.place.key = upload.key;
      row.place.writer = upload_text(upload.id);
      if (!add_keys(txn, &row.place, sink) || !add_row(txn, row, sink)) return false;
      at_ = std::move(row.place);
      return true;
    };
    const std::string after = at_.key;
    return !storage::visit_uploads(txn, *bucket, {asked_.filter.key_prefix(tree), after}, add,
                                   last_upload());
  }

  // Uploads of the key of `at_` that stand before it or there end with this one. Their ids sort
  // before the numbers of clients.
  storage::ObjectId last_upload() const {
    const auto upload = upload_of(at_.writer);
    const bool client = !at_.writer.empty() && upload == storage::ObjectId{};
    return client ? storage::ObjectId{std::numeric_limits<std::uint64_t>::max()} : upload;
  }

  // Those of the table of `at_` that stand before `end`, if there is one.
  bool add_keys(const storage::ReadTxn& txn, const OpenPlace* end, RowSink& sink) {
    for (; next_key_ < keys_.size(); ++next_key_) {
      const OpenRow& row = keys_[next_key_];
      if (row.place.tree != at_.tree || (end != nullptr && row.place > *end)) return true;
      if (!add_row(txn, row, sink)) return false;
    }
    return true;
  }

  bool add_row(const storage::ReadTxn& txn, const OpenRow& row, RowSink& sink) {
    if (sink.full()) return false;
    const Bucket* const bucket = bucket_of(txn, row.place);
    if (bucket == nullptr || (row.upload && !asked_.filter.takes(row.place))) {
      sink.pass();
      return true;
    }
    if (row.place.tree && any_flat_ && !any_tree_ && !asked_.seed) sink.next_array("fso");
    (row.place.tree ? any_tree_ : any_flat_) = true;
    auto raw_key = raw_key_of(txn, row.place, bucket->volume_id, bucket->record);
    const auto replication = bucket->record.replication;
    const std::uint64_t replicated_bytes = row.bytes * copies_of(replication);
    sink.add(text_of(row, raw_key, replicated_bytes, replication));
    count(std::move(raw_key), row.bytes, replicated_bytes);
    return true;
  }

  std::string_view text_of(const OpenRow& row, std::string_view raw_key,
                           std::uint64_t replicated_bytes, storage::Replication replication) {
    const auto path = to_text(FlatKey{row.place.volume, row.place.bucket, row.place.key});
    auto& json = http::JsonWriter::begin();
    if (!asked_.seed) {
      write_entity(json, {.key = raw_key,
                          .path = std::string_view(path).substr(1),
                          .since = row.created,
                          .bytes = row.bytes,
                          .replicated_bytes = replicated_bytes,
                          .replication = replication,
                          .created = row.created,
                          .modified = row.created,
                          .is_key = !row.upload});
      return json.text();
    }
    const bool one = replication == storage::Replication::one;
    json.object().key("path").string(path).key("keyState").string("Open");
    json.key("inStateSince").integer(row.created).key("size").number(row.bytes);
    json.key("replicatedSize").number(replicated_bytes).key("unreplicatedSize").number(row.bytes);
    json.key("replicationType").string("RATIS");
    json.key("replicationFactor").string(one ? "ONE" : "THREE").end_object();
    return json.text();
  }

  // Null: it is gone.
  const Bucket* bucket_of(const storage::ReadTxn& txn, const OpenPlace& place) {
    if (!bucket_ || bucket_->volume != place.volume || bucket_->name != place.bucket) {
      const auto volume = storage::find_volume(txn, place.volume);
      auto bucket = storage::find_bucket(txn, place.volume, place.bucket);
      if (!volume || !bucket) return nullptr;
      bucket_ = Bucket{place.volume, place.bucket, volume->id, std::move(*bucket)};
    }
    return &*bucket_;
  }

  Asked asked_;
  std::vector<OpenRow> keys_;
  std::size_t next_key_ = 0;
  int tables_left_ = 2;       // keys, then files
  OpenPlace at_;              // the last upload that was looked at, or where that begins
  bool bucket_done_ = false;  // it was the last of its bucket
  bool any_flat_ = false;
  bool any_tree_ = false;
  std::optional<Bucket> bucket_;  // of the last row
};

Asked asked_of(const http::Exchange& exchange) {
  const auto is_true = [&](std::string_view name) {
    return equal_names(query_or_empty(exchange, name), "true");
  };
  const bool seed =
      exchange.query("includeFso") == nullptr && exchange.query("includeNonFso") == nullptr;
  return {.filter = OpenFilter(query_or_empty(exchange, "startPrefix")),
          .seed = seed,
          .flat = seed || is_true("includeNonFso"),
          .tree = seed || is_true("includeFso")};
}

// Nothing is wrong with a prefix that is not there. Names are looked at where they lead to ids.
std::optional<std::string_view> wrong_prefix(const http::Exchange& exchange, const Asked& asked) {
  if (query_or_empty(exchange, "startPrefix").empty()) return std::nullopt;
  if (!asked.filter.prefix()) return shallow_prefix;
  return asked.tree ? why_illegal(*asked.filter.prefix()) : std::nullopt;
}

}  // namespace

std::unique_ptr<http::Deferred> list_open_keys(Context& context, http::Exchange& exchange) {
  auto asked = asked_of(exchange);
  if (const auto wrong = wrong_prefix(exchange, asked)) {
    answer_error(exchange, 400, *wrong);
    return nullptr;
  }
  const storage::ReadTxn& txn = context.read(exchange);
  auto after = open_place_of(txn, query_or_empty(exchange, "prevKey"));
  if (!after) {
    answer_error(exchange, 400, lost_cursor);
    return nullptr;
  }
  auto keys = rows_behind(context.store.open_keys(), *after, asked);
  return answer_rows(context, exchange, "entities", limit_of(exchange),
                     rows_of(OpenRows(std::move(asked), std::move(*after), std::move(keys))));
}

void open_keys_summary(Context& context, http::Exchange& exchange) {
  storage::Tally keys;
  context.store.open_keys().visit(
      [&](const storage::OpenKey& key) { keys.add(key.size(), key.replication); });
  const auto uploads = storage::count_state(context.read(exchange)).uploads;
  auto& json = http::JsonWriter::begin();
  json.object().key("totalUnreplicatedDataSize").number(keys.bytes);
  json.key("totalReplicatedDataSize").number(keys.replicated_bytes);
  json.key("totalOpenKeys").number(keys.rows + uploads).end_object();
  answer_json(exchange, json.text());
}

void open_uploads_summary(Context& context, http::Exchange& exchange) {
  const auto counts = storage::count_state(context.read(exchange));
  auto& json = http::JsonWriter::begin();
  json.object().key("totalOpenMPUKeys").number(counts.uploads);
  json.key("totalReplicatedDataSize").number(counts.parts.replicated_bytes);
  json.key("totalDataSize").number(counts.parts.bytes).end_object();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
