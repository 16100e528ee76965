#include "handlers/ozone/uploads.h"

#include <algorithm>
#include <vector>

#include "core/base/limits.h"
#include "core/time/http_date.h"
#include "handlers/common/text.h"
#include "handlers/common/upload_id.h"
#include "handlers/ozone/access.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/conditions.h"
#include "handlers/ozone/listing.h"
#include "handlers/ozone/metadata.h"
#include "handlers/ozone/part_list.h"
#include "handlers/ozone/receive.h"
#include "handlers/ozone/wire.h"
#include "http/json/writer.h"
#include "http/message/url.h"
#include "storage/query/namespace.h"

namespace dobson::ozone {

namespace {

constexpr std::string_view list_stem = "List Keys failed, error: ";
constexpr std::string_view look_up_stem = "Lookup key failed, error:";

// The names that begin the answers about one upload.
http::JsonWriter& begin_names(const Call& call) {
  auto& json = http::JsonWriter::begin();
  json.object().key("volumeName").string(call.volume).key("bucketName").string(call.bucket);
  json.key("keyName").string(call.key);
  return json;
}

void answer_started(http::Exchange& exchange, const storage::Outcome& outcome) {
  auto& json = begin_names(call_of(exchange));
  json.key("uploadID").string(upload_text(outcome.upload)).end_object();
  answer_json(exchange, json.text(), Label::always_json);
}

// Bytes of those parts that are chosen, in ascending order as they have to be.
std::uint64_t bytes_of(const storage::ReadTxn& txn, const storage::CompleteUpload& complete) {
  std::uint64_t bytes = 0;
  auto chosen = complete.parts.begin();
  const auto end = complete.parts.end();
  const auto add = [&](std::uint64_t number, const storage::PartRecord& part) {
    while (chosen != end && chosen->number < number) ++chosen;
    if (chosen != end && chosen->number == number) bytes += part.size;
    return chosen != end;
  };
  storage::visit_parts(txn, complete.upload.id, 0, add);
  return bytes;
}

Checked<void> may_complete(Context& context, http::Exchange& exchange) {
  TRY(check_access(context, exchange, Need::write, put_stem));
  TRY(find_upload(context, exchange, put_stem));
  return {};
}

Checked<storage::CompleteUpload> completion(Context& context, http::Exchange& exchange,
                                            const std::string& body) {
  storage::CompleteUpload complete{upload_name(exchange), TRY(parse_part_list(body))};
  if (bytes_of(context.read(exchange), complete) > context.settings.key_bytes) {
    return Refused{Code::entity_too_large};
  }
  return complete;
}

Task<Checked<storage::EntityTag>> complete(Context* context, http::Exchange* exchange) {
  const auto may = may_complete(*context, *exchange);
  if (!may) co_return may.error();
  TextRoom::Share share(context->texts);
  const auto body = co_await receive_text(exchange, limits::part_list_bytes, &share);
  if (!body) co_return body.error();
  auto command = completion(*context, *exchange, *body);
  if (!command) co_return command.error();
  const auto outcome = co_await propose(context, exchange, std::move(*command));
  if (!outcome) co_return refused_by_store(put_stem, outcome.error());
  co_return outcome->tag;
}

}  // namespace

Checked<void> check_no_upload(http::Exchange& exchange) {
  std::string_view query = exchange.request().query;
  while (!query.empty()) {
    const auto name = http::take_query_part(query).name;
    for (const std::string_view known : {"uploads", "uploadId", "partNumber"}) {
      if (http::form_equals(name, known)) return Refused{Code::invalid_query_param};
    }
  }
  return {};
}

storage::UploadName upload_name(http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  return {std::string(call.volume), std::string(call.bucket), std::string(call.key),
          upload_of(query_or_empty(exchange, "uploadId"))};
}

Checked<storage::UploadRecord> find_upload(Context& context, http::Exchange& exchange,
                                           std::string_view stem) {
  const Call& call = call_of(exchange);
  return TRY_STORE(stem, storage::find_upload(context.read(exchange), call.volume, call.bucket,
                                              call.key, upload_name(exchange).id));
}

Checked<Change> start_upload(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  auto metadata = TRY(parse_metadata(exchange.request()));
  TRY(check_access(context, exchange, Need::write, put_stem));
  return Change{storage::StartUpload{std::string(call.volume), std::string(call.bucket),
                                     std::string(call.key), std::move(metadata)},
                put_stem, 200, &answer_started};
}

Task<void> complete_upload(void* context, http::Exchange* exchange) {
  const auto tag = co_await complete(static_cast<Context*>(context), exchange);
  if (!tag) {
    answer(*exchange, tag.error());
    co_return;
  }
  auto& json = begin_names(call_of(*exchange));
  json.key("etag").string(without_quotes(to_wire(*tag))).end_object();
  answer_json(*exchange, json.text(), Label::always_json);
}

Checked<Change> abort_upload(Context& context, http::Exchange& exchange) {
  TRY(check_access(context, exchange, Need::write, put_stem));
  return Change{storage::AbortUpload{upload_name(exchange)}, put_stem, 200};
}

Checked<void> list_parts(Context& context, http::Exchange& exchange) {
  struct Row {
    std::uint64_t number;
    std::uint64_t size;
    UnixMillis modified;
    storage::Md5 md5;
  };
  TRY(check_access(context, exchange, Need::read, look_up_stem));
  TRY(find_upload(context, exchange, look_up_stem));
  const storage::ObjectId id = upload_name(exchange).id;
  const auto most = query_integer(exchange, "max-parts", limits::page_parts);
  const auto marker = query_integer(exchange, "part-number-marker", 0);

  std::vector<Row> rows;  // known before what stands before them
  const bool truncated =
      storage::visit_parts(context.read(exchange), id, static_cast<std::uint64_t>(marker),
                           [&](std::uint64_t number, const storage::PartRecord& part) {
                             if (std::ssize(rows) == most) return false;
                             rows.push_back({number, part.size, part.modified, part.md5});
                             return true;
                           });

  auto& json = http::JsonWriter::begin();
  json.object().key("uploadID").string(upload_text(id)).key("partNumberMarker").integer(marker);
  json.key("nextPartNumberMarker");
  if (rows.empty()) {
    json.integer(marker);
  } else {
    json.number(rows.back().number);
  }
  json.key("maxParts").integer(most).key("truncated").boolean(truncated).key("partList").array();
  for (const Row& row : rows) {
    json.object().key("partNumber").number(row.number).key("etag").string(to_hex(row.md5));
    json.key("size").number(row.size).key("modifiedOn").string(HttpDate(row.modified)).end_object();
  }
  json.end_array().end_object();
  answer_json(exchange, json.text(), Label::always_json);
  return {};
}

Checked<void> list_uploads(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, list_stem));
  const storage::ReadTxn& txn = context.read(exchange);
  const auto bucket = TRY_STORE(list_stem, storage::find_bucket(txn, call.volume, call.bucket));
  auto& json = http::JsonWriter::begin();
  json.object().key("uploads").array();
  auto left = max_keys(exchange, limits::page_rows);
  const auto write = [&](const storage::UploadView& upload) {
    if (left-- == 0) return false;
    json.object().key("keyName").string(upload.key);
    json.key("uploadID").string(upload_text(upload.id));
    json.key("createdOn").string(HttpDate(upload.created)).end_object();
    return true;
  };
  storage::visit_uploads(txn, bucket, listing_range(exchange), write);
  json.end_array().end_object();
  begin_json(exchange, Label::always_json);
  put_bucket_headers(exchange, bucket);
  exchange.finish(json.text());
  return {};
}

}  // namespace dobson::ozone
