#include "handlers/ozone/buckets.h"

#include "handlers/ozone/access.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/listing.h"
#include "handlers/ozone/wire.h"

namespace dobson::ozone {

namespace {
constexpr std::string_view create_stem = "Bucket creation failed, error: ";
constexpr std::string_view update_stem = "Setting bucket property failed, error: ";
constexpr std::string_view delete_stem = "Delete Bucket failed, error:";
constexpr std::string_view info_stem = "Info Bucket failed, error: ";
}  // namespace

Checked<Change> create_bucket(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  auto headers = TRY(parse_bucket_headers(exchange.request()));
  if (!headers.acls.remove.empty()) return Refused{Code::malformed_acl, "Invalid Remove ACLs"};
  const auto replication = headers.replication.value_or(context.settings.replication);
  if (storage::copies_of(replication) > context.settings.storage_nodes) {
    return Refused{Code::invalid_request, "There are fewer storage nodes than copies."};
  }
  TRY(check_access(context, exchange, Need::create, create_stem));
  return Change{storage::CreateBucket{
                    .volume = std::string(call.volume),
                    .bucket = std::string(call.bucket),
                    .creator = std::string(call.subject()),
                    .acls = std::move(headers.acls.add),
                    .storage_type = headers.storage_type.value_or(storage::StorageType::disk),
                    .versioning = headers.versioning.value_or(storage::Versioning::not_set),
                    .layout = headers.layout.value_or(storage::Layout::object_store),
                    .replication = replication},
                create_stem, 201};
}

Checked<Change> update_bucket(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  auto headers = TRY(parse_bucket_headers(exchange.request()));
  TRY(check_access(context, exchange, Need::change, update_stem));
  return Change{storage::UpdateBucket{.volume = std::string(call.volume),
                                      .bucket = std::string(call.bucket),
                                      .remove_acls = std::move(headers.acls.remove),
                                      .add_acls = std::move(headers.acls.add),
                                      .storage_type = headers.storage_type,
                                      .versioning = headers.versioning,
                                      .layout = headers.layout,
                                      .replication = headers.replication},
                update_stem, 200};
}

Checked<Change> delete_bucket(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::change, delete_stem));
  return Change{
      storage::DeleteBucket{std::string(call.volume), std::string(call.bucket), call.principal()},
      delete_stem, 200};
}

Checked<void> info_bucket(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, info_stem));
  const auto bucket =
      TRY_STORE(info_stem, storage::find_bucket(context.read(exchange), call.volume, call.bucket));
  auto& json = http::JsonWriter::begin();
  write_bucket(json, call.volume, call.bucket, bucket);
  begin_json(exchange, Label::always_json);
  put_bucket_headers(exchange, bucket);
  exchange.finish(json.text());
  return {};
}

Checked<void> head_bucket(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::read, info_stem));
  const auto bucket =
      TRY_STORE(info_stem, storage::find_bucket(context.read(exchange), call.volume, call.bucket));
  begin_json(exchange, Label::always_json);
  put_bucket_headers(exchange, bucket);
  exchange.finish_without_length();
  return {};
}

Checked<void> list_buckets(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  const storage::ReadTxn& txn = context.read(exchange);
  const auto volume =
      TRY_STORE("List Buckets failed, error: ", storage::find_volume(txn, call.volume));
  auto& json = http::JsonWriter::begin();
  json.object().key("buckets").array();
  auto left = max_keys(exchange, limits::page_rows);
  const auto write = [&](std::string_view name, const storage::BucketRecord& bucket) {
    if (left-- == 0) return false;
    write_bucket_row(json, call.volume, name, bucket);
    return true;
  };
  const bool truncated = storage::visit_buckets(txn, volume.id, listing_range(exchange), write);
  json.end_array().end_object();
  begin_json(exchange, Label::json_if_accepted);
  put_truncated(exchange, truncated);
  exchange.finish(json.text());
  return {};
}

}  // namespace dobson::ozone
