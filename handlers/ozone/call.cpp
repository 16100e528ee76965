#include "handlers/ozone/call.h"

#include <algorithm>
#include <charconv>
#include <new>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "handlers/common/accept.h"
#include "handlers/common/text.h"
#include "handlers/ozone/dates.h"
#include "handlers/ozone/names.h"

namespace dobson::ozone {

namespace {

Checked<void> check_version_and_date(const http::Request& request) {
  const auto* version = request.header("x-ozone-version");
  if (version == nullptr) return Refused{Code::missing_version};
  if (!equal_names(trim(*version), "v1")) return Refused{Code::unsupported_version};
  const auto* date = request.header("Date");
  if (date == nullptr) date = request.header("x-ozone-date");  // browsers cannot set the other
  if (date == nullptr) return Refused{Code::missing_date};
  if (!parse_date(*date)) {
    return Refused{Code::bad_date, "Unparseable date: \"" + std::string(*date) + '"'};
  }
  return {};
}

// `/{volume}/{bucket}/` is the bucket to those who read; else a client that lost its key name would
// delete or rewrite a bucket (Decision 29).
bool lacks_key_name(const http::Request& request, const Call& call) {
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  return !reads && !call.bucket.empty() && call.key.empty() && request.path.ends_with('/');
}

Checked<void> check_names(const http::Exchange& exchange, const Call& call) {
  const auto volume = exchange.path_arg("volume");
  const auto bucket = exchange.path_arg("bucket");
  const auto key = exchange.path_arg("key");
  const bool names_volume = !volume.name.empty();
  const bool names_bucket = !bucket.name.empty();
  const bool names_key = !key.name.empty();

  if (!volume.well_formed || !bucket.well_formed) return Refused{Code::invalid_request};
  if (!key.well_formed) return Refused{Code::invalid_key};
  if (names_volume) TRY(check_volume_name(volume.text));
  if (names_bucket) TRY(check_bucket_name(bucket.text));
  if (names_key ? !is_key_name(key.text) : lacks_key_name(exchange.request(), call)) {
    return Refused{Code::invalid_key};
  }
  return {};
}

// Trimmed and in lower case; in the arena when it had to be changed.
std::string_view normalised_user(http::Exchange& exchange, std::string_view text) {
  text = trim(text);
  if (std::ranges::none_of(text, [](char c) { return lower_case(c) != c; })) return text;
  auto* const lower = static_cast<char*>(exchange.arena().allocate(text.size(), 1));
  std::ranges::transform(text, lower, lower_case);
  return {lower, text.size()};
}

Checked<void> identify(const Context& context, http::Exchange& exchange, Call& call) {
  constexpr std::string_view scheme = "OZONE";
  const http::Request& request = exchange.request();
  const auto* authorization = request.header("Authorization");
  if (authorization == nullptr || request.count("Authorization") > 1) {
    return Refused{Code::bad_authorization};
  }
  auto user = trim(*authorization);
  if (!equal_names(user.substr(0, scheme.size()), scheme)) {
    return Refused{Code::bad_authorization};
  }
  user.remove_prefix(scheme.size());
  if (!user.empty() && !is_blank(user.front())) return Refused{Code::bad_authorization};

  call.auth_user = normalised_user(exchange, user);
  if (const auto* named = request.header("x-ozone-user")) {
    call.header_user = normalised_user(exchange, *named);
  }
  if (std::max(call.auth_user.size(), call.header_user.size()) > limits::user_bytes) {
    return Refused{Code::bad_authorization,
                   "User names have at most " + std::to_string(limits::user_bytes) + " bytes."};
  }
  call.admin = context.settings.admins.contains(call.auth_user);
  return {};
}

Checked<void> check(const Context& context, http::Exchange& exchange, Call& call) {
  TRY(check_version_and_date(exchange.request()));
  TRY(check_names(exchange, call));
  return identify(context, exchange, call);
}

void put_common_headers(http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  exchange.header("x-ozone-server-name", call.server_name);
  exchange.header("x-ozone-request-id", call.request_id);
  exchange.header("Date", exchange.date());
}

// `info` and the size of a page have texts of their own (§2.11, §3.4); a size of more than 32 bits
// is no number there.
Refused bad_parameter(const http::Refusal& refusal) {
  const auto text = refusal.text;
  if (refusal.param->type == http::Type::choice) {
    return {Code::invalid_query_param, "Unrecognized query param : " + std::string(text)};
  }
  std::int32_t size = 0;
  const bool fits = std::from_chars(text.data(), text.data() + text.size(), size).ec == std::errc{};
  if (!refusal.out_of_range || !fits || refusal.param->max != limits::page_rows) {
    return {Code::invalid_query_param};
  }
  return {Code::invalid_query_param,
          "Illegal max number of keys specified, the value must be in range (0, 1024], actual : " +
              std::to_string(size) + '.'};
}

Refused to_refused(const http::Refusal& refusal) {
  using Reason = http::Refusal::Reason;
  switch (refusal.reason) {
    case Reason::malformed:
    case Reason::head_too_large:
    case Reason::timeout:
    case Reason::unknown_expectation:
    case Reason::bad_query:
      return {Code::invalid_request, std::string(refusal.text)};
    case Reason::target_too_long:
      return {Code::uri_too_long};
    case Reason::method_not_allowed:
      return {Code::method_not_allowed, {}, "Allow", std::string(refusal.text)};
    case Reason::bad_parameter:
      return bad_parameter(refusal);
    case Reason::no_such_path:  // there is none: every path names something here
    case Reason::overloaded:
      return {Code::service_unavailable, "There is more to do than time. Try again later."};
    case Reason::internal:
      return {Code::internal_server_error};
  }
  return {Code::internal_server_error};
}

}  // namespace

std::string Call::resource() const {
  std::string path(volume);
  if (!bucket.empty()) path.append("/").append(bucket);
  if (!key.empty()) path.append("/").append(key);
  return path;
}

Call& begin_call(const Context& context, http::Exchange& exchange) {
  if (exchange.family_state == nullptr) {
    void* const place = exchange.arena().allocate(sizeof(Call), alignof(Call));
    auto* const call = new (place) Call;
    call->request_id = exchange.random_uuid();
    call->server_name = context.settings.server_name;
    call->volume = exchange.path_arg("volume").text;
    call->bucket = exchange.path_arg("bucket").text;
    call->key = exchange.path_arg("key").text;
    exchange.family_state = call;
  }
  return call_of(exchange);
}

Call& call_of(http::Exchange& exchange) {
  DOBSON_ASSERT(exchange.family_state != nullptr);
  return *static_cast<Call*>(exchange.family_state);
}

bool admit(void* context, http::Exchange& exchange) {
  const auto& ozone = *static_cast<const Context*>(context);
  const auto checked = check(ozone, exchange, begin_call(ozone, exchange));
  if (!checked) answer(exchange, checked.error());
  return checked.ok();
}

void refuse(void* context, http::Exchange& exchange, const http::Refusal& refusal) {
  begin_call(*static_cast<const Context*>(context), exchange);
  answer(exchange, to_refused(refusal), refusal.status);
}

void begin_answer(http::Exchange& exchange, int status) {
  exchange.status(status);
  put_common_headers(exchange);
}

void begin_data_answer(http::Exchange& exchange, int status) {
  exchange.status(status);
  exchange.header("Content-Type", "application/octet-stream");
  put_common_headers(exchange);
}

void answer_empty(http::Exchange& exchange, int status) {
  begin_answer(exchange, status);
  exchange.header("Content-Type", "application/octet-stream");
  exchange.finish({});
}

void begin_json(http::Exchange& exchange, Label label) {
  const bool json = label == Label::always_json || accepts(exchange.request(), names_json);
  begin_answer(exchange, 200);
  exchange.header("Content-Type", json ? "application/json" : "application/octet-stream");
}

void answer_json(http::Exchange& exchange, std::string_view text, Label label) {
  begin_json(exchange, label);
  exchange.finish(text);
}

void answer_head(http::Exchange& exchange, Label label) {
  begin_json(exchange, label);
  exchange.finish_without_length();
}

}  // namespace dobson::ozone
