#include "handlers/ozone/keys.h"

#include <limits>
#include <memory>

#include "handlers/ozone/access.h"
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
    const bool stopped =
        storage::visit_keys(context_.readers.txn(reactor_), space_, {prefix_, after_},
                            [&](const storage::KeyRow& key) {
                              if (left_ == 0 || out.size() >= enough) return false;
                              append_key(out, key, context_.settings.key_type_field);
                              out.push_back('\n');
                              after_.assign(key.name);
                              --left_;
                              ++count_;
                              return true;
                            });
    const bool more = stopped && left_ > 0;
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
  return Change{storage::DeleteKey{std::string(call.volume), std::string(call.bucket),
                                   std::string(call.key), std::move(condition)},
                delete_stem, 200};
}

Checked<Change> rename_key(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  const auto to = query_or_empty(exchange, "toKey");
  if (!is_key_name(to)) {
    return Refused{Code::invalid_key, std::string(rename_stem).append("INVALID_KEY_NAME")};
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

Checked<void> list_keys(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, list_stem));
  const storage::ReadTxn& txn = context.read(exchange);
  const auto bucket = TRY_STORE(list_stem, storage::find_bucket(txn, call.volume, call.bucket));
  const auto most = max_keys(exchange, limits::page_rows);

  // `truncated` stands before the rows but is known behind them: the rows are made first.
  thread_local std::string rows;
  rows.clear();
  auto left = most;
  const bool truncated =
      storage::visit_keys(txn, bucket, listing_range(exchange), [&](const storage::KeyRow& key) {
        if (left-- == 0) return false;
        if (!rows.empty()) rows.push_back(',');
        append_key(rows, key, context.settings.key_type_field);
        return true;
      });

  const auto prefix = query_or_empty(exchange, "prefix");
  auto& json = http::JsonWriter::begin();
  json.object().key("name").string(call.bucket).key("prefix");
  if (prefix.empty()) {
    json.null();
  } else {
    json.string(prefix);
  }
  json.key("maxKeys").integer(most).key("truncated").boolean(truncated);
  json.key("keyList").raw_array(rows).end_object();
  answer_json(exchange, json.text(), Label::always_json);
  return {};
}

Checked<void> stream_keys(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, list_stem));
  const auto bucket =
      TRY_STORE(list_stem, storage::find_bucket(context.read(exchange), call.volume, call.bucket));
  const auto most = max_keys(exchange, std::numeric_limits<std::int64_t>::max());
  begin_answer(exchange, 200);
  exchange.header("Content-Type", "application/x-ndjson");
  exchange.finish_stream(std::make_unique<KeyStream>(context, exchange.reactor(), bucket,
                                                     listing_range(exchange), most));
  return {};
}

}  // namespace dobson::ozone
