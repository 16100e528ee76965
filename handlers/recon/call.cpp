#include "handlers/recon/call.h"

#include <string>

#include "handlers/common/accept.h"
#include "handlers/recon/errors.h"
#include "handlers/recon/params.h"
#include "http/json/writer.h"

namespace dobson::recon {

namespace {

void begin_answer(http::Exchange& exchange, int status) {
  exchange.status(status);
  exchange.header("Date", exchange.date());
  exchange.header("Cache-Control", "no-cache");
  exchange.header("Expires", exchange.date());
  exchange.header("Pragma", "no-cache");
  exchange.header("X-Content-Type-Options", "nosniff");
  exchange.header("X-XSS-Protection", "1; mode=block");
  exchange.header("X-FRAME-OPTIONS", "SAMEORIGIN");
}

void answer_message(http::Exchange& exchange, int status, std::string_view message,
                    std::string_view allow = {}) {
  auto& json = http::JsonWriter::begin();
  json.object().key("message").string(message).end_object();
  begin_json(exchange, status);
  if (!allow.empty()) exchange.header("Allow", allow);
  exchange.finish(json.text());
}

// "HEAD,GET,OPTIONS" of "GET, HEAD", which stand first where they are known.
std::string allow_list(std::string_view methods) {
  constexpr std::string_view read = "GET, HEAD";
  std::string list(methods);
  if (methods.starts_with(read)) list.replace(0, read.size(), "HEAD,GET");
  std::erase(list, ' ');
  return list.append(",OPTIONS");
}

void refuse_method(http::Exchange& exchange, std::string_view methods) {
  const std::string allow = allow_list(methods);
  if (exchange.request().method != http::Method::options) {
    return answer_message(exchange, 405, message_of(405), allow);
  }
  begin_answer(exchange, 200);
  exchange.header("Allow", allow);
  exchange.finish({});
}

std::string parameter_message(const http::Refusal& refusal) {
  const http::Param& param = *refusal.param;
  const bool missing = param.required && refusal.text.empty();
  std::string message(param.name);
  const bool is_component = param.name == params::pending_deletion[0].name;  // of its own words
  if (missing)
    return message.append(is_component ? " query parameter is required" : " is required");
  return message.append(refusal.out_of_range ? " is out of range: " : " is not a number: ")
      .append(refusal.text);
}

bool is_any(std::string_view type) {
  return type == "*/*" || names_json(type);
}

bool takes_json(http::Exchange& exchange) {
  const bool takes =
      exchange.request().header("Accept") == nullptr || accepts(exchange.request(), is_any);
  if (!takes) answer_error(exchange, 406);
  return takes;
}

}  // namespace

void refuse(void*, http::Exchange& exchange, const http::Refusal& refusal) {
  using Reason = http::Refusal::Reason;
  if (refusal.reason == Reason::method_not_allowed) return refuse_method(exchange, refusal.text);
  if (refusal.reason == Reason::bad_parameter) {
    return answer_message(exchange, refusal.status, parameter_message(refusal));
  }
  answer_error(exchange, refusal.status);
}

bool for_admins(void*, http::Exchange& exchange) {
  return takes_json(exchange);
}

bool for_users(void*, http::Exchange& exchange) {
  return takes_json(exchange);
}

bool files_for_admins(void*, http::Exchange&) {
  return true;
}

void answer_error(http::Exchange& exchange, int status) {
  answer_message(exchange, status, message_of(status));
}

void answer_error(http::Exchange& exchange, int status, std::string_view message) {
  answer_message(exchange, status, message);
}

void begin_json(http::Exchange& exchange, int status) {
  begin_answer(exchange, status);
  exchange.header("Content-Type", "application/json");
}

void answer_json(http::Exchange& exchange, std::string_view text) {
  begin_json(exchange, 200);
  exchange.finish(text);
}

void answer_nothing(http::Exchange& exchange) {
  begin_answer(exchange, 204);
  exchange.finish({});
}

void answer_no_text(http::Exchange& exchange) {
  begin_answer(exchange, 200);
  exchange.header("Content-Type", "text/plain");
  exchange.finish({});
}

void begin_download(http::Exchange& exchange, std::string_view type, const std::string& name) {
  begin_answer(exchange, 200);
  exchange.header("Content-Type", type);
  exchange.header("Content-Disposition", "attachment; filename=\"" + name + '"');
}

void answer_scanned(http::Exchange& exchange, const Result<std::string>& text) {
  if (!text) return answer_error(exchange, 503);
  answer_json(exchange, *text);
}

}  // namespace dobson::recon
