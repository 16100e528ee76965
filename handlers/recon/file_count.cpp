#include "handlers/recon/file_count.h"

#include <limits>
#include <optional>
#include <string>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/listing.h"
#include "http/json/writer.h"
#include "storage/query/namespace.h"

namespace dobson::recon {

namespace {

constexpr std::int64_t all_rows = std::numeric_limits<std::int64_t>::max();

// The largest size that a bin counts.
constexpr std::uint64_t upper_bound(int bin) {
  const bool last = bin == storage::size_bins - 1;
  return last ? std::numeric_limits<std::int64_t>::max() : std::uint64_t{1} << (10 + bin);
}

struct Wanted {
  std::optional<std::string> volume;
  std::optional<std::string> bucket;
  std::uint64_t size = 0;  // the upper bound of a bin; 0: any
};

// The place behind which it goes on is a bucket: the rows of one are never parted.
class FileCounts final : public RowSource {
 public:
  explicit FileCounts(Wanted wanted) : wanted_(std::move(wanted)) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    if (wanted_.volume && wanted_.bucket) {
      const auto bucket = storage::find_bucket(txn, *wanted_.volume, *wanted_.bucket);
      if (bucket) add({*wanted_.volume, *wanted_.bucket}, *bucket, sink);
      return false;
    }
    const auto volume = volume_;
    const auto bucket = bucket_;
    bool behind = false;
    const bool stopped = storage::visit_all_buckets(
        txn, {volume, bucket}, [&](const auto& place, const storage::BucketRecord* record) {
          behind = wanted_.volume && place.volume > *wanted_.volume;
          if (behind || sink.full()) return false;
          volume_.assign(place.volume);
          bucket_.assign(place.bucket);
          const bool wanted = !wanted_.bucket || *wanted_.bucket == place.bucket;
          if (!wanted || record == nullptr || !add(place, *record, sink)) sink.pass();
          return true;
        });
    return stopped && !behind;
  }

 private:
  // False: it has none.
  bool add(const storage::BucketPlace& place, const storage::BucketRecord& bucket, RowSink& sink) {
    bool any = false;
    for (int bin = 0; bin < storage::size_bins; ++bin) {
      const auto count = bucket.totals.keys_by_size[bin] + bucket.deleted.keys_by_size[bin];
      const auto size = upper_bound(bin);
      if (count == 0 || (wanted_.size != 0 && wanted_.size != size)) continue;
      auto& json = http::JsonWriter::begin();
      json.object().key("volume").string(place.volume).key("bucket").string(place.bucket);
      json.key("fileSize").number(size).key("count").number(count).end_object();
      sink.add(json.text());
      any = true;
    }
    return any;
  }

  Wanted wanted_;
  std::string volume_ = wanted_.volume.value_or("");
  std::string bucket_;
};

std::optional<std::string> text_of(const http::Exchange& exchange, std::string_view name) {
  const auto* text = exchange.query(name);
  return text == nullptr ? std::nullopt : std::optional<std::string>(*text);
}

}  // namespace

std::unique_ptr<http::Deferred> file_count(Context& context, http::Exchange& exchange) {
  const auto size = query_integer(exchange, "fileSize", 0);
  Wanted wanted{.volume = text_of(exchange, "volume"),
                .bucket = text_of(exchange, "bucket"),
                .size = size > 0 ? static_cast<std::uint64_t>(size) : 0};
  return answer_rows(context, exchange, {}, all_rows, rows_of(FileCounts(std::move(wanted))));
}

}  // namespace dobson::recon
