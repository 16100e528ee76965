#include "handlers/ozone/keys.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "handlers/common/scan.h"
#include "handlers/ozone/access.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/conditions.h"
#include "handlers/ozone/listing.h"
#include "handlers/ozone/names.h"
#include "handlers/ozone/wire.h"

namespace dobson::ozone {

namespace {

constexpr std::string_view delete_stem = "Delete key failed, error:";
constexpr std::string_view rename_stem = "Rename key failed, error:";
constexpr std::string_view list_stem = "List Keys failed, error: ";

// A streamed listing: NDJSON, a fresh read transaction a page, the last line says how many rows
// came. What is kept between pages is where to go on.
class KeyStream final : public http::PageSource {
 public:
  KeyStream(Context& context, unsigned reactor, const storage::KeySpace& space,
            const storage::Range& range, std::int64_t most)
      : context_(context),
        reactor_(reactor),
        space_(space),
        prefix_(range.prefix),
        after_(range.after),
        left_(most) {}

  Result<bool> next(std::string& out) override {
    const std::size_t enough = out.size() + limits::stream_chunk_bytes;
    Patience patience;
    storage::KeyScan keys(context_.readers.txn(reactor_), space_, {prefix_, after_},
                          [&patience] { return patience.pass(); });
    const bool stopped = storage::visit_keys(keys, [&](const storage::KeyRow& key) {
      if (left_ == 0 || out.size() >= enough) return false;
      append_key(out, key, context_.settings.key_type_field);
      out.push_back('\n');
      after_.assign(key.name);
      --left_;
      ++count_;
      return true;
    });
    if (patience.over()) after_.assign(keys.place());
    const bool more = left_ > 0 && (stopped || patience.over());
    if (!more) out.append("{\"end\":true,\"count\":").append(std::to_string(count_)).append("}\n");
    return more;
  }

 private:
  Context& context_;
  unsigned reactor_;
  storage::KeySpace space_;
  std::string prefix_;
  std::string after_;
  std::int64_t left_;
  std::int64_t count_ = 0;
};

struct KeyQuery {
  storage::KeySpace space;
  storage::Range range;
  std::string_view delimiter;  // empty: nothing is rolled up
  std::int64_t most;
  bool type_field;
};

// Its rows are made first: whether more follow stands before them.
struct KeyPage {
  std::string rows;  // JSON, with their commas
  std::vector<std::string> prefixes;
  bool truncated = false;
};

// False: the patience ended before the page.
bool read_page(const storage::ReadTxn& txn, const KeyQuery& query, Patience patience,
               KeyPage& page) {
  page.rows.clear();
  page.prefixes.clear();
  auto left = query.most;
  const auto add_key = [&](const storage::KeyRow& key) {
    if (left-- == 0) return false;
    if (!page.rows.empty()) page.rows.push_back(',');
    append_key(page.rows, key, query.type_field);
    return true;
  };
  const auto add_prefix = [&](std::string_view prefix) {
    if (left-- == 0) return false;
    page.prefixes.emplace_back(prefix);
    return true;
  };
  storage::KeyScan keys(txn, query.space, query.range, [&patience] { return patience.pass(); });
  page.truncated =
      query.delimiter.empty()
          ? storage::visit_keys(keys, add_key)
          : storage::visit_rolled_up(keys, query.range, query.delimiter, add_key, add_prefix);
  return !patience.over();
}

void answer_page(http::Exchange& exchange, const storage::BucketRecord& bucket,
                 const KeyQuery& query, const KeyPage& page) {
  auto& json = http::JsonWriter::begin();
  json.object().key("name").string(call_of(exchange).bucket).key("prefix");
  if (query.range.prefix.empty()) {
    json.null();
  } else {
    json.string(query.range.prefix);
  }
  json.key("maxKeys").integer(query.most).key("truncated").boolean(page.truncated);
  json.key("keyList").raw_array(page.rows);
  if (!query.delimiter.empty()) {
    json.key("delimiter").string(query.delimiter).key("commonPrefixes").array();
    for (const std::string& prefix : page.prefixes) json.string(prefix);
    json.end_array();
  }
  json.end_object();
  begin_json(exchange, Label::always_json);
  put_bucket_headers(exchange, bucket);
  put_truncated(exchange, page.truncated);
  exchange.finish(json.text());
}

}  // namespace

Checked<storage::KeyRecord> look_up(Context& context, http::Exchange& exchange) {
  constexpr std::string_view stem = "Lookup key failed, error:";
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, stem));
  return TRY_STORE(stem,
                   storage::find_key(context.read(exchange), call.volume, call.bucket, call.key));
}

Checked<Change> delete_key(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  storage::KeyCondition condition = TRY(write_condition(exchange.request()));
  TRY(check_access(context, exchange, Need::write, delete_stem));
  return Change{
      storage::DeleteKey{std::string(call.volume), std::string(call.bucket), std::string(call.key),
                         std::move(condition), is_set(exchange, "recursive")},
      delete_stem, 200};
}

Checked<Change> rename_key(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  const auto to = query_or_empty(exchange, "toKey");
  if (!is_key_name(to)) {
    return refused_by_store(rename_stem, Error{Errc::invalid_key_name});
  }
  TRY(check_access(context, exchange, Need::write, rename_stem));
  return Change{storage::RenameKey{std::string(call.volume), std::string(call.bucket),
                                   std::string(call.key), std::string(to)},
                rename_stem, 200};
}

Checked<void> info_key(Context& context, http::Exchange& exchange) {
  const auto key = TRY(look_up(context, exchange));
  auto& json = http::JsonWriter::begin();
  write_key(json, row_of(call_of(exchange).key, key), context.settings.key_type_field);
  answer_json(exchange, json.text(), Label::json_if_accepted);
  return {};
}

Checked<void> info_key_detail(Context& context, http::Exchange& exchange) {
  const auto key = TRY(look_up(context, exchange));
  auto& json = http::JsonWriter::begin();
  write_key_detail(json, call_of(exchange).key, key, context.settings.key_type_field);
  answer_json(exchange, json.text(), Label::json_if_accepted);
  return {};
}

Checked<std::unique_ptr<http::Deferred>> list_keys(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, list_stem));
  const storage::ReadTxn& txn = context.read(exchange);
  const auto bucket = TRY_STORE(list_stem, storage::find_bucket(txn, call.volume, call.bucket));
  const KeyQuery query{.space = {bucket, is_set(exchange, "directories")},
                       .range = listing_range(exchange),
                       .delimiter = query_or_empty(exchange, "delimiter"),
                       .most = max_keys(exchange, limits::page_rows),
                       .type_field = context.settings.key_type_field};
  thread_local KeyPage page;
  if (read_page(txn, query, Patience(), page)) {
    answer_page(exchange, bucket, query, page);
    return std::unique_ptr<http::Deferred>();
  }
  // Very many directories without keys.
  const auto scanned = std::make_shared<KeyPage>();
  const auto read = [query, scanned](const storage::ReadTxn& later) -> Result<std::string> {
    ScanTime time;
    if (!read_page(later, query, Patience(&time), *scanned)) return Error{Errc::overloaded};
    return std::string();
  };
  const auto answer_scanned = [query, scanned, bucket](http::Exchange& to,
                                                       const Result<std::string>& made) {
    if (!made) return answer(to, refused_by_store(list_stem, made.error()));
    answer_page(to, bucket, query, *scanned);
  };
  return std::unique_ptr<http::Deferred>(
      std::make_unique<Scan>(context.scans, context.store, read, answer_scanned));
}

Checked<void> stream_keys(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, list_stem));
  const auto bucket =
      TRY_STORE(list_stem, storage::find_bucket(context.read(exchange), call.volume, call.bucket));
  const auto most = max_keys(exchange, std::numeric_limits<std::int64_t>::max());
  const storage::KeySpace space(bucket, is_set(exchange, "directories"));
  begin_answer(exchange, 200);
  exchange.header("Content-Type", "application/x-ndjson");
  put_bucket_headers(exchange, bucket);
  exchange.finish_stream(std::make_unique<KeyStream>(context, exchange.reactor(), space,
                                                     listing_range(exchange), most));
  return {};
}

}  // namespace dobson::ozone
