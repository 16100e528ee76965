#include "handlers/recon/prometheus.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "core/log/log.h"
#include "handlers/recon/call.h"
#include "handlers/recon/context.h"
#include "http/client/client.h"

namespace dobson::recon {

namespace {

constexpr std::string_view not_configured =
    "Metrics endpoint is not configured. Configure ozone.recon.prometheus.http.endpoint and try "
    "again later.";

// So that it is one piece of a path, for whoever reads it.
bool is_page(std::string_view name) {
  const auto is_right = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, is_right);
}

// The query as it came. Nothing else of the request is meant for Prometheus.
http::ClientRequest question(const http::Endpoint& endpoint, std::string_view page,
                             http::Exchange& exchange) {
  http::ClientRequest request{.origin = endpoint.origin, .target = endpoint.path + "/api/v1/"};
  request.target.append(page);
  const auto query = exchange.request().query;
  if (!query.empty()) request.target.append("?").append(query);
  request.headers = {{"Accept", "application/json"}, {"Accept-Encoding", "identity"}};
  request.stop = exchange.stop_token();
  return request;
}

void answer_failure(http::Exchange& exchange, const http::ClientError& error) {
  using Reason = http::ClientError::Reason;
  if (error.reason == Reason::stopped) return exchange.abort();
  if (error.reason == Reason::invalid) return answer_error(exchange, 400);
  if (error.reason == Reason::busy) return answer_error(exchange, 503);
  answer_error(exchange, 502,
               "Prometheus does not answer. " + error.message +
                   ". Start it there, or set recon.prometheus to where it is.");
}

// Of the family's type whatever Prometheus, or who answers for it, calls its body.
void begin_body(http::Exchange& exchange, const http::Response& head) {
  begin_json(exchange, head.status / 100 == 2 ? 200 : 502);
  exchange.begin_body(head.content_length);
}

// The first piece is there before the head is sent: until then a failure can be told.
Task<void> pass_on(http::Exchange* exchange, http::ClientAnswer* answer) {
  auto piece = co_await answer->read_body();
  if (!piece) {
    answer_failure(*exchange, piece.error());
    co_return;
  }
  begin_body(*exchange, answer->head());
  while (piece && !piece->empty()) {
    const bool taken = co_await exchange->write_body(*piece);
    if (!taken) co_return;
    piece = co_await answer->read_body();
  }
  if (!piece) {
    log::warn("recon", "an answer of Prometheus is cut: {}", piece.error().message);
    exchange->abort();
    co_return;
  }
  exchange->end_body();
}

}  // namespace

Task<void> ask_prometheus(void* context, http::Exchange* exchange) {
  const auto& prometheus = static_cast<const Context*>(context)->prometheus;
  const auto page = exchange->path_arg("page").text;
  if (!is_page(page)) {
    answer_error(*exchange, 404);
    co_return;
  }
  if (!prometheus) {
    answer_error(*exchange, 502, not_configured);
    co_return;
  }
  auto request = question(prometheus->endpoint, page, *exchange);
  auto answer = co_await prometheus->client.ask(exchange->reactor(), std::move(request));
  if (!answer) {
    answer_failure(*exchange, answer.error());
    co_return;
  }
  co_await pass_on(exchange, answer->get());
}

}  // namespace dobson::recon
