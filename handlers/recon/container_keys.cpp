#include "handlers/recon/container_keys.h"

#include <fmt/chrono.h>

#include <limits>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/call.h"
#include "handlers/recon/container_params.h"
#include "handlers/recon/listing.h"
#include "handlers/recon/raw_key.h"
#include "storage/query/containers.h"
#include "storage/query/namespace.h"
#include "storage/query/path.h"

namespace dobson::recon {

namespace {

using storage::ContainerId;
using storage::KeyPlace;
using storage::KeyRecord;
using storage::ObjectId;

std::string date_of(UnixMillis time) {
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(time / 1000), time % 1000);
}

// A bucket, or a directory with the bucket that it is in, or was.
struct Above {
  ObjectId id;
  std::string path;  // "volume/bucket/directory/"
  std::size_t volume_end = 0;
  std::size_t bucket_end = 0;
  ObjectId volume;  // of a directory or a bucket with directories; else 0
  ObjectId bucket;

  std::string_view volume_name() const { return std::string_view(path).substr(0, volume_end); }
  std::string_view bucket_name() const {
    return std::string_view(path).substr(volume_end + 1, bucket_end - volume_end - 1);
  }
  std::string raw_key(std::string_view name) const {
    if (bucket == ObjectId{}) return to_text(FlatKey{volume_name(), bucket_name(), name});
    return to_text(TreeKey{volume, bucket, id, name});
  }
};

std::optional<Above> above_of(const storage::ReadTxn& txn, ObjectId id) {
  auto path = storage::path_of(txn, id);
  if (!path) return std::nullopt;
  Above above{.id = id, .path = std::move(*path), .volume = {}, .bucket = {}};
  above.volume_end = above.path.find('/');
  above.bucket_end = above.path.find('/', above.volume_end + 1);
  const auto volume = storage::find_volume(txn, above.volume_name());
  const auto bucket = storage::find_bucket(txn, above.volume_name(), above.bucket_name());
  const bool flat = bucket && bucket->layout == storage::Layout::object_store;
  if (!flat) {
    above.volume = volume ? volume->id : ObjectId{};
    above.bucket = bucket ? bucket->id : id;
  }
  return above;
}

// Where a cursor stands. Nothing: it has not the form of one. A bucket that is gone is no place, so
// that all keys are behind it.
std::optional<KeyPlace> place_of(const storage::ReadTxn& txn, std::string_view cursor) {
  if (cursor.empty()) return KeyPlace{};
  const auto flat = flat_key_of(cursor);
  if (!flat) return std::nullopt;
  const auto bucket = storage::find_bucket(txn, flat->volume, flat->bucket);
  if (bucket) return KeyPlace{bucket->id, std::string(flat->key)};
  const auto tree = tree_key_of(cursor);
  return tree ? KeyPlace{tree->parent, std::string(tree->name)} : KeyPlace{};
}

class ContainerKeyRows final : public RowSource {
 public:
  ContainerKeyRows(ContainerId container, std::uint64_t keys, KeyPlace after)
      : container_(container), keys_(keys), after_(std::move(after)) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    above_.reset();
    return storage::visit_container_keys(txn, container_, KeyPlace(after_),
                                         [&](const KeyPlace& place, const KeyRecord& key) {
                                           if (sink.full()) return false;
                                           if (!above_ || above_->id != place.parent)
                                             above_ = above_of(txn, place.parent);
                                           if (above_) sink.add(text_of(place, key));
                                           after_ = place;
                                           return true;
                                         });
  }

  void write_head(http::JsonWriter& json) override { json.key("totalCount").number(keys_); }
  void write_sums(http::JsonWriter&, std::int64_t) override {}
  void write_tail(http::JsonWriter& json, std::string_view) override {
    json.key("lastKey").string(last_);
  }

 private:
  std::string_view text_of(const KeyPlace& place, const KeyRecord& key) {
    last_ = above_->raw_key(place.name);
    auto& json = http::JsonWriter::begin();
    json.object().key("Volume").string(above_->volume_name());
    json.key("Bucket").string(above_->bucket_name()).key("Key").string(place.name);
    json.key("CompletePath").string(above_->path + place.name);
    json.key("DataSize").number(key.size);
    json.key("Versions").array().number(key.version).end_array();
    json.key("Blocks").object().key(std::to_string(key.version)).array();
    for (const storage::BlockRef& block : key.blocks) {
      if (block.id.container != container_) continue;
      json.object().key("containerID").number(container_.value);
      json.key("localID").number(block.id.local).end_object();
    }
    json.end_array().end_object();
    json.key("CreationTime").string(date_of(key.created));
    json.key("ModificationTime").string(date_of(key.modified)).end_object();
    return json.text();
  }

  ContainerId container_;
  std::uint64_t keys_;
  KeyPlace after_;
  std::optional<Above> above_;  // of the last row
  std::string last_;            // raw key of the last row
};

}  // namespace

std::unique_ptr<http::Deferred> container_keys(Context& context, http::Exchange& exchange) {
  const auto id = container_of(exchange);
  if (!id) return nullptr;
  const storage::ReadTxn& txn = context.read(exchange);
  const auto container = storage::find_container(txn, *id);
  auto after = place_of(txn, query_or_empty(exchange, "prevKey"));
  auto limit = query_integer(exchange, "limit", limits::insight_rows);
  if (limit == -1) limit = std::numeric_limits<std::int64_t>::max();
  if (!after || !container) limit = 0;
  return answer_rows(context, exchange, "keys", limit,
                     rows_of(ContainerKeyRows(*id, container ? container->keys : 0,
                                              after ? std::move(*after) : KeyPlace{})));
}

}  // namespace dobson::recon
