#include "handlers/ozone/batch_delete.h"

#include <optional>

#include "core/base/limits.h"
#include "handlers/ozone/access.h"
#include "handlers/ozone/call.h"
#include "handlers/ozone/names.h"
#include "handlers/ozone/receive.h"
#include "handlers/ozone/shapes.h"
#include "http/json/reader.h"
#include "http/json/writer.h"
#include "storage/query/namespace.h"

namespace dobson::ozone {

namespace {

constexpr std::string_view delete_stem = "Delete key failed, error:";

Refused malformed() {
  return {Code::invalid_request, "The body must be {\"keys\":[string],\"quiet\":boolean}."};
}

Checked<std::vector<std::string>> parse_names(http::JsonValue value) {
  const auto list = http::json_as<http::JsonArray>(value);
  if (!list) return malformed();
  std::vector<std::string> names;
  for (const http::JsonValue item : *list) {
    const auto name = http::json_as<std::string_view>(item);
    if (!name) return malformed();
    names.emplace_back(*name);
  }
  if (names.empty() || names.size() > limits::batch_delete_keys) {
    return Refused{Code::invalid_request, "The body must name 1 to 1000 keys."};
  }
  return names;
}

Checked<void> may_delete(Context& context, http::Exchange& exchange) {
  const Call& call = call_of(exchange);
  TRY(check_access(context, exchange, Need::write, delete_stem));
  TRY_STORE(delete_stem, storage::find_bucket(context.read(exchange), call.volume, call.bucket));
  return {};
}

storage::DeleteKeys command_of(const Call& call, const DeleteBatch& batch) {
  storage::DeleteKeys command{std::string(call.volume), std::string(call.bucket), {}};
  for (const std::string& key : batch.keys) {
    if (is_key_name(key)) command.keys.push_back(key);
  }
  return command;
}

// Why each of the batch's keys was not deleted. The command had the legal names alone.
std::vector<std::optional<Refused>> verdicts(const DeleteBatch& batch,
                                             const storage::Outcome& outcome) {
  std::vector<std::optional<Refused>> refused;
  auto failure = outcome.failures.begin();
  std::size_t place = 0;
  for (const std::string& key : batch.keys) {
    auto& why = refused.emplace_back();
    if (!is_key_name(key)) {
      why = Refused{Code::invalid_key};
    } else if (failure != outcome.failures.end() && failure->place == place++) {
      why = refused_by_store(delete_stem, (failure++)->error);
    }
  }
  return refused;
}

void write_error(http::JsonWriter& json, std::string_view key, const Refused& refused) {
  const http::ErrorInfo& info = info_of(refused.code);
  json.object().key("keyName").string(key).key("shortMessage").string(info.code);
  json.key("message").string(refused.message.empty() ? info.message : refused.message);
  json.end_object();
}

void answer_deleted(http::Exchange& exchange, const DeleteBatch& batch,
                    const std::vector<std::optional<Refused>>& refused) {
  auto& json = http::JsonWriter::begin();
  json.object().key("deleted").array();
  for (std::size_t i = 0; i < batch.keys.size() && !batch.quiet; ++i) {
    if (!refused[i]) json.string(batch.keys[i]);
  }
  json.end_array().key("errors").array();
  for (std::size_t i = 0; i < batch.keys.size(); ++i) {
    if (refused[i]) write_error(json, batch.keys[i], *refused[i]);
  }
  json.end_array().end_object();
  answer_json(exchange, json.text(), Label::always_json);
}

Task<Checked<DeleteBatch>> receive_batch(Context* context, http::Exchange* exchange,
                                         TextRoom::Share* share) {
  const auto may = may_delete(*context, *exchange);
  if (!may) co_return may.error();
  const auto text = co_await receive_text(exchange, limits::batch_delete_bytes, share);
  if (text) co_return parse_delete_batch(*text);
  if (text.error().code != Code::entity_too_large) co_return text.error();
  co_return Refused{Code::invalid_request, "The body has more than 2 MiB."};
}

}  // namespace

Checked<DeleteBatch> parse_delete_batch(const std::string& text) {
  http::JsonReader reader;
  const auto object = reader.read_object(text);
  if (!object) return malformed();
  DeleteBatch batch;
  std::optional<bool> quiet;
  for (const auto [name, value] : *object) {
    if (name == "keys") {
      if (!batch.keys.empty()) return malformed();
      batch.keys = TRY(parse_names(value));
    } else if (name == "quiet") {
      if (quiet) return malformed();
      quiet = http::json_as<bool>(value);
      if (!quiet) return malformed();
    }
  }
  if (batch.keys.empty()) return malformed();
  batch.quiet = quiet.value_or(false);
  return batch;
}

Task<void> delete_keys(void* context, http::Exchange* exchange) {
  auto* const ozone = static_cast<Context*>(context);
  TextRoom::Share share(ozone->texts);
  const auto batch = co_await receive_batch(ozone, exchange, &share);
  if (!batch) {
    answer(*exchange, batch.error());
    co_return;
  }
  auto command = command_of(call_of(*exchange), *batch);
  const auto outcome = co_await propose(ozone, exchange, std::move(command));
  if (outcome) {
    answer_deleted(*exchange, *batch, verdicts(*batch, *outcome));
  } else {
    answer(*exchange, refused_by_store(delete_stem, outcome.error()));
  }
}

}  // namespace dobson::ozone
