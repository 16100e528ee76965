#include "handlers/ozone/errors.h"

#include "handlers/ozone/call.h"
#include "http/json/writer.h"

namespace dobson::ozone {

namespace {

constexpr http::ErrorInfo infos[] = {
#define DOBSON_OZONE_INFO(name, status, short_message, message) {status, short_message, message},
    DOBSON_OZONE_ERRORS(DOBSON_OZONE_INFO)
#undef DOBSON_OZONE_INFO
};

// What a failed look-up is called in messages; the texts that old clients' tests look for.
struct StoreError {
  Code code;
  std::string_view name;
};

std::optional<StoreError> store_error(Errc code) {
  switch (code) {
    case Errc::volume_not_found:
      return StoreError{Code::volume_not_found, "VOLUME_NOT_FOUND"};
    case Errc::bucket_not_found:
      return StoreError{Code::bucket_not_found, "BUCKET_NOT_FOUND"};
    case Errc::key_not_found:
      return StoreError{Code::key_not_found, "KEY_NOT_FOUND"};
    case Errc::volume_exists:
      return StoreError{Code::volume_already_exists, "VOLUME_ALREADY_EXISTS"};
    case Errc::bucket_exists:
      return StoreError{Code::bucket_already_exists, "BUCKET_ALREADY_EXISTS"};
    case Errc::key_exists:
      return StoreError{Code::key_already_exists, "KEY_ALREADY_EXISTS"};
    case Errc::invalid_key_name:
      return StoreError{Code::invalid_key, "INVALID_KEY_NAME"};
    case Errc::volume_not_empty:
      return StoreError{Code::volume_not_empty, "VOLUME_NOT_EMPTY"};
    case Errc::bucket_not_empty:
      return StoreError{Code::bucket_not_empty, "BUCKET_NOT_EMPTY"};
    case Errc::quota_exceeded:
      return StoreError{Code::quota_exceeded, "QUOTA_EXCEEDED"};
    default:
      return std::nullopt;
  }
}

constexpr std::string_view retry_after_s = "1";

}  // namespace

const http::ErrorInfo& info_of(Code code) {
  return infos[static_cast<std::size_t>(code)];
}

std::span<const http::ErrorInfo> error_infos() {
  return infos;
}

Refused refused_by_store(std::string_view stem, const Error& error) {
  if (const auto known = store_error(error.code)) {
    return {known->code, std::string(stem).append(known->name)};
  }
  switch (error.code) {
    case Errc::access_denied:
      return {Code::access_denied};
    case Errc::precondition_failed:
      return {Code::precondition_failed};
    case Errc::directory_not_empty:
      return {Code::directory_not_empty};
    case Errc::upload_not_found:
      return {Code::no_such_upload};
    case Errc::invalid_part:
    case Errc::invalid_argument:
      return {Code::invalid_request, error.message};
    case Errc::unavailable:
    case Errc::overloaded:
    case Errc::out_of_space:
    case Errc::commit_unknown:
      return {Code::service_unavailable, error.message};
    default:
      return {Code::internal_server_error};
  }
}

void answer(http::Exchange& exchange, const Refused& refused, int status) {
  const http::ErrorInfo& info = info_of(refused.code);
  const Call& call = call_of(exchange);
  if (status == 0) status = info.status;

  auto& json = http::JsonWriter::begin();
  json.object().key("httpCode").integer(status).key("shortMessage").string(info.code);
  json.key("resource");
  if (call.volume.empty()) {
    json.null();
  } else {
    json.string(call.resource());
  }
  json.key("message").string(refused.message.empty() ? info.message : refused.message);
  json.key("requestID").string(call.request_id);
  json.key("hostName").string(call.server_name).end_object();

  begin_answer(exchange, status);
  if (refused.code == Code::service_unavailable) exchange.header("Retry-After", retry_after_s);
  if (!refused.header_name.empty()) exchange.header(refused.header_name, refused.header_value);
  exchange.header("Content-Type", "application/json");
  exchange.finish(json.text());
}

}  // namespace dobson::ozone
