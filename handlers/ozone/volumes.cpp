#include "handlers/ozone/volumes.h"

#include "handlers/common/text.h"
#include "handlers/ozone/listing.h"
#include "handlers/ozone/quota.h"
#include "handlers/ozone/wire.h"
#include "http/message/url.h"

namespace dobson::ozone {

namespace {

constexpr std::string_view info_stem = "Info Volume failed, error:";

// The literal that stands for a parameter not given (§2.8).
const std::string_view* quota_text(const http::Exchange& exchange) {
  const auto* text = exchange.query("quota");
  return text == nullptr || *text == "undefined" ? nullptr : text;
}

bool wants_root_scan(const http::Exchange& exchange) {
  const auto value = http::query_value(exchange.request().query, "root-scan");
  return value && equal_names(*value, "true");
}

}  // namespace

Checked<void> may_update_volume(http::Exchange& exchange) {
  if (!call_of(exchange).admin) return Refused{Code::access_denied};
  if (exchange.request().count("x-ozone-user") > 1) return Refused{Code::bad_authorization};
  return {};
}

Checked<void> may_create_volume(http::Exchange& exchange) {
  TRY(may_update_volume(exchange));
  if (call_of(exchange).header_user.empty()) return Refused{Code::user_not_found};
  return {};
}

Checked<void> may_list_volumes(http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  if (wants_root_scan(exchange) && !call.admin) return Refused{Code::unauthorized};
  if (call.caller().empty()) return Refused{Code::user_not_found};
  return {};
}

Checked<Change> create_volume(Context&, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  Quota quota;
  if (const auto* text = quota_text(exchange)) quota = TRY(parse_quota(*text));
  return Change{storage::CreateVolume{.volume = std::string(call.volume),
                                      .owner = std::string(call.header_user),
                                      .created_by = std::string(call.auth_user),
                                      .quota_bytes = quota},
                "Volume creation failed, error:", 201};
}

Checked<Change> update_volume(Context&, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  storage::UpdateVolume update{.volume = std::string(call.volume), .owner = {}, .quota_bytes = {}};
  if (const auto* text = quota_text(exchange)) update.quota_bytes = TRY(parse_quota_update(*text));
  if (!call.header_user.empty()) update.owner = std::string(call.header_user);
  const bool quota_alone = update.quota_bytes && !update.owner;
  return Change{
      std::move(update),
      quota_alone ? "Volume quota change failed, error:" : "Volume owner change failed, error:",
      200};
}

Checked<Change> delete_volume(Context&, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  return Change{storage::DeleteVolume{std::string(call.volume), call.principal()},
                "Delete Volume failed, error:", 200};
}

Checked<void> info_volume(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  const auto volume =
      TRY_STORE(info_stem, storage::find_volume(context.read(exchange), call.volume));
  if (!call.admin && call.caller() != volume.owner) return Refused{Code::access_denied};
  auto& json = http::JsonWriter::begin();
  write_volume(json, call.volume, volume);
  answer_json(exchange, json.text(), Label::json_if_accepted);
  return {};
}

Checked<void> head_volume(Context& context, http::Exchange& exchange) {
  TRY_STORE(info_stem, storage::find_volume(context.read(exchange), call_of(exchange).volume));
  answer_head(exchange, Label::json_if_accepted);
  return {};
}

Checked<void> list_volumes(Context& context, http::Exchange& exchange) {
  auto& json = http::JsonWriter::begin();
  json.object().key("volumes").array();
  auto left = max_keys(exchange, limits::page_rows);
  const auto write = [&](std::string_view name, const storage::VolumeRecord& volume) {
    if (left-- == 0) return false;
    write_volume(json, name, volume);
    return true;
  };
  const storage::ReadTxn& txn = context.read(exchange);
  const storage::Range range = listing_range(exchange);
  const bool truncated =
      wants_root_scan(exchange)
          ? storage::visit_volumes(txn, range, write)
          : storage::visit_volumes_of(txn, call_of(exchange).subject(), range, write);
  json.end_array().end_object();
  begin_json(exchange, Label::json_if_accepted);
  put_truncated(exchange, truncated);
  exchange.finish(json.text());
  return {};
}

Checked<void> head_service(Context&, http::Exchange& exchange) {
  answer_head(exchange, Label::json_if_accepted);
  return {};
}

}  // namespace dobson::ozone
