#include "handlers/recon/namespace.h"

#include "handlers/common/query.h"
#include "handlers/recon/place.h"
#include "handlers/recon/storage.h"
#include "handlers/recon/wire.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;

Place place_of(Context& context, http::Exchange& exchange) {
  return find_place(context.read(exchange), query_or_empty(exchange, "path"), exchange.arena());
}

constexpr std::string_view types[] = {"UNKNOWN", "ROOT", "VOLUME", "BUCKET", "DIRECTORY", "KEY"};

std::string_view status_of(const Place& place) {
  return place.path.empty() ? "PATH_NOT_FOUND" : "OK";
}

// Of quotas and distributions of sizes.
std::string_view status_of_container(const Place& place, bool is_one) {
  return place.path.empty() || is_one ? status_of(place) : "TYPE_NOT_APPLICABLE";
}

struct Counts {
  std::int64_t volumes = -1;
  std::int64_t buckets = -1;
  std::int64_t directories = -1;
  std::int64_t keys = 0;
};

Counts counts_of(const Place& place) {
  Counts counts;
  const auto* totals = place.totals();
  if (totals == nullptr) return counts;
  const bool root = std::holds_alternative<storage::Totals>(place.found);
  if (root) counts.volumes = static_cast<std::int64_t>(totals->volumes);
  if (root || std::holds_alternative<storage::VolumeRecord>(place.found)) {
    counts.buckets = static_cast<std::int64_t>(totals->buckets);
  }
  counts.directories = static_cast<std::int64_t>(totals->directories);
  counts.keys = static_cast<std::int64_t>(totals->keys);
  return counts;
}

void write_counts(JsonWriter& json, const Counts& counts) {
  json.key("numVolume").integer(counts.volumes).key("numBucket").integer(counts.buckets);
  json.key("numDir").integer(counts.directories).key("numKey").integer(counts.keys);
}

struct ObjectInfo {
  JsonWriter& json;
  const Place& place;

  void operator()(std::monostate) { json.null(); }
  void operator()(const storage::Totals&) { write_root(json); }
  void operator()(const storage::VolumeRecord& volume) { write_volume(json, place.volume, volume); }
  void operator()(const storage::BucketRecord& bucket) {
    write_bucket(json, place.volume, place.bucket, bucket);
  }
  void operator()(const Directory& directory) {
    write_directory(json, place.name, directory.record);
  }
  void operator()(const Key& key) { write_key(json, place, key); }
};

// Bytes that may be stored there; negative: as many as one likes.
std::int64_t allowed(Context& context, UnixMillis now, const Place& place) {
  if (std::holds_alternative<storage::Totals>(place.found)) {
    return static_cast<std::int64_t>(capacity_of(context.store.cluster().nodes(now)));
  }
  const auto* volume = std::get_if<storage::VolumeRecord>(&place.found);
  if (volume != nullptr) return quota_of(volume->quota_bytes);
  return std::holds_alternative<storage::BucketRecord>(place.found) ? no_quota : 0;
}

}  // namespace

void namespace_summary(Context& context, http::Exchange& exchange) {
  const Place place = place_of(context, exchange);
  const Counts counts = counts_of(place);
  auto& json = JsonWriter::begin();
  json.object().key("path").string(place.path);
  json.key("type").string(types[place.found.index()]).key("countStats");
  if (place.path.empty()) {
    json.null();
  } else {
    json.object();
    write_counts(json, counts);
    json.end_object();
  }
  json.key("objectInfo");
  std::visit(ObjectInfo{json, place}, place.found);
  json.key("status").string(status_of(place));
  if (!place.path.empty()) write_counts(json, counts);
  json.end_object();
  answer_json(exchange, json.text());
}

void namespace_quota(Context& context, http::Exchange& exchange) {
  const Place place = place_of(context, exchange);
  const auto* totals = place.totals();
  const bool root = std::holds_alternative<storage::Totals>(place.found);
  const bool has_one = totals != nullptr && !std::holds_alternative<Directory>(place.found);
  std::uint64_t used = 0;
  if (has_one) used = root ? totals->replicated_bytes : totals->bytes;
  auto& json = JsonWriter::begin();
  json.object()
      .key("allowed")
      .integer(allowed(context, exchange.now(), place))
      .key("used")
      .number(used);
  json.key("status").string(status_of_container(place, has_one)).end_object();
  answer_json(exchange, json.text());
}

void namespace_dist(Context& context, http::Exchange& exchange) {
  constexpr int bins = storage::size_bins - 1;  // what begins at 2^50 is in the last one
  const Place place = place_of(context, exchange);
  const auto* totals = place.totals();
  const storage::Totals none;
  const auto& keys = (totals == nullptr ? none : *totals).keys_by_size;
  auto& json = JsonWriter::begin();
  json.object().key("dist").array();
  for (int bin = 0; bin < bins - 1; ++bin) json.number(keys[bin]);
  json.number(keys[bins - 1] + keys[bins]).end_array();
  json.key("status").string(status_of_container(place, totals != nullptr)).end_object();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
