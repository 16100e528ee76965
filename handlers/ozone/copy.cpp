#include "handlers/ozone/copy.h"

#include "handlers/common/text.h"
#include "handlers/ozone/access.h"
#include "handlers/ozone/call.h"
#include "handlers/ozone/conditions.h"
#include "handlers/ozone/names.h"
#include "http/message/url.h"

namespace dobson::ozone {

namespace {

constexpr std::string_view source_header = "x-ozone-copy-source";

struct Source {
  std::string_view volume;
  std::string_view bucket;
  std::string_view key;
};

// `/{volume}/{bucket}/{key}`, percent-encoded; read as the path of a request is.
Checked<Source> parse_source(http::Exchange& exchange) {
  auto text = *exchange.request().header(source_header);
  if (!text.starts_with('/')) return Refused{Code::invalid_request, "A copy's source is a path."};
  text.remove_prefix(1);
  const auto volume = http::percent_decode(take_until(text, '/'), exchange.arena());
  const auto bucket = http::percent_decode(take_until(text, '/'), exchange.arena());
  const auto key = http::percent_decode(text, exchange.arena());
  if (!volume || !bucket) return Refused{Code::invalid_request};
  if (!key) return Refused{Code::invalid_key};
  TRY(check_volume_name(*volume));
  TRY(check_bucket_name(*bucket));
  if (!is_key_name(*key)) return Refused{Code::invalid_key};
  return Source{*volume, *bucket, *key};
}

Checked<storage::CopyKey> copy_command(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  const Source source = TRY(parse_source(exchange));
  auto source_must = TRY(source_condition(exchange.request()));
  auto target_must = TRY(write_condition(exchange.request()));
  TRY(check_access(context, exchange, source.volume, source.bucket, Need::read, put_stem));
  TRY(check_access(context, exchange, Need::write, put_stem));
  return storage::CopyKey{.source_volume = std::string(source.volume),
                          .source_bucket = std::string(source.bucket),
                          .source_key = std::string(source.key),
                          .source_condition = std::move(source_must),
                          .volume = std::string(call.volume),
                          .bucket = std::string(call.bucket),
                          .key = std::string(call.key),
                          .condition = std::move(target_must)};
}

}  // namespace

bool is_copy(const http::Request& request) {
  return request.header(source_header) != nullptr;
}

Task<Checked<Stored>> copy(Context* context, http::Exchange* exchange) {
  TextRoom::Share share(context->texts);
  const auto body = co_await receive_text(exchange, 0, &share);
  if (!body) co_return Refused{Code::invalid_request, "A copy has no body."};
  auto command = copy_command(*context, *exchange);
  if (!command) co_return command.error();
  const auto outcome = co_await propose(context, exchange, std::move(*command));
  if (!outcome) co_return refused_by_store(put_stem, outcome.error());
  co_return Stored(outcome->tag);
}

}  // namespace dobson::ozone
