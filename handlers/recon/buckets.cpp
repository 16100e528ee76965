#include "handlers/recon/buckets.h"

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/text.h"
#include "handlers/recon/listing.h"
#include "handlers/recon/wire.h"
#include "storage/query/namespace.h"

namespace dobson::recon {

namespace {

std::string_view row_of(const storage::BucketPlace& place, const storage::BucketRecord& bucket) {
  auto& json = http::JsonWriter::begin();
  write_bucket(json, place.volume, place.bucket, bucket);
  return json.text();
}

class BucketRows final : public RowSource {
 public:
  BucketRows(std::string_view volume, std::string_view after) : volume_(volume), after_(after) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    const auto volume = storage::find_volume(txn, volume_);
    const auto add = [&](std::string_view name, const storage::BucketRecord& bucket) {
      if (sink.full()) return false;
      sink.add(row_of({volume_, name}, bucket));
      after_.assign(name);
      return true;
    };
    return volume && storage::visit_buckets(txn, volume->id, {{}, after_}, add);
  }

 private:
  std::string volume_;
  std::string after_;
};

class AllBucketRows final : public RowSource {
 public:
  explicit AllBucketRows(storage::BucketPlace after)
      : volume_(after.volume), after_(after.bucket) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    const auto add = [&](const storage::BucketPlace& place, const storage::BucketRecord* bucket) {
      if (sink.full()) return false;
      bucket != nullptr ? sink.add(row_of(place, *bucket)) : sink.pass();
      volume_.assign(place.volume);
      after_.assign(place.bucket);
      return true;
    };
    const auto volume = volume_;
    const auto after = after_;
    return storage::visit_all_buckets(txn, {volume, after}, add);
  }

 private:
  std::string volume_;
  std::string after_;
};

// `volume/bucket`, perhaps behind a slash; a bucket alone is no place among those of all volumes.
storage::BucketPlace place_of(std::string_view text) {
  if (text.starts_with('/')) text.remove_prefix(1);
  if (text.find('/') == text.npos) return {};
  const auto volume = take_until(text, '/');
  return {volume, text};
}

}  // namespace

std::unique_ptr<http::Deferred> list_buckets(Context& context, http::Exchange& exchange) {
  const auto volume = query_or_empty(exchange, "volume");
  const auto after = query_or_empty(exchange, "prevKey");
  const auto limit = query_integer(exchange, "limit", limits::insight_rows);
  if (!volume.empty()) {
    return answer_rows(context, exchange, "buckets", limit, rows_of(BucketRows(volume, after)));
  }
  return answer_rows(context, exchange, "buckets", limit, rows_of(AllBucketRows(place_of(after))));
}

}  // namespace dobson::recon
