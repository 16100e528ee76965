#include "handlers/common/internal.h"

#include "handlers/common/api_page.h"
#include "handlers/common/refuse_in_text.h"
#include "http/json/writer.h"

namespace dobson {

namespace {

using http::Exchange;
using http::Method;
using http::Route;

void answer(Exchange& exchange, int status, std::string_view type, std::string_view body) {
  exchange.status(status);
  exchange.header("Date", exchange.date());
  exchange.header("Content-Type", type);
  exchange.header("Cache-Control", "no-store");
  exchange.finish(body);
}

constexpr std::string_view json_type = "application/json";

void healthy(void*, Exchange& exchange) {
  answer(exchange, 200, json_type, R"({"status":"alive"})");
}

// The usual answer: load balancers ask all the time.
constexpr std::string_view all_well = R"({"status":"ready","writable":true})";

// A load balancer takes the server out while this says 503; reads still work when only writes are
// refused, so that is told but is no reason.
void ready(void* context, Exchange& exchange) {
  auto& internal = *static_cast<InternalContext*>(context);
  const bool draining = internal.draining.load(std::memory_order_relaxed);
  const auto health = internal.store.health();
  if (!draining && health.writable) return answer(exchange, 200, json_type, all_well);
  auto& json = http::JsonWriter::begin();
  json.object().key("status").string(draining ? "draining" : "ready");
  json.key("writable").boolean(health.writable);
  if (!health.writable) json.key("why").string(health.why);
  json.end_object();
  answer(exchange, draining ? 503 : 200, json_type, json.text());
}

void metrics(void* context, Exchange& exchange) {
  auto& internal = *static_cast<InternalContext*>(context);
  MetricsText text;
  internal.server_metrics(text);
  answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text.text());
}

void openapi(void* context, Exchange& exchange) {
  answer(exchange, 200, json_type, static_cast<InternalContext*>(context)->openapi);
}

void api(void*, Exchange& exchange) {
  answer(exchange, 200, "text/html; charset=utf-8", api_page);
}

void unknown(void*, Exchange& exchange) {
  answer(exchange, 404, "text/plain; charset=utf-8",
         "No such page. There are /-/healthy, /-/ready, /-/metrics, /-/openapi.json and /-/api.\n");
}

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/-/healthy",
     .handler = &healthy,
     .name = "healthy",
     .summary = "The process lives",
     .answer = "`status`: alive",
     .open = true},
    {.method = Method::get,
     .pattern = "/-/ready",
     .handler = &ready,
     .name = "ready",
     .summary = "Requests are welcome; 503 while draining",
     .answer = "`status`: ready or draining; `writable`; `why` not",
     .open = true},
    {.method = Method::get,
     .pattern = "/-/metrics",
     .handler = &metrics,
     .name = "metrics",
     .summary = "Everything that is counted, for Prometheus",
     .answer = "Text, version 0.0.4",
     .open = true},
    {.method = Method::get,
     .pattern = "/-/openapi.json",
     .handler = &openapi,
     .name = "openapi",
     .summary = "All requests, for programs",
     .answer = "OpenAPI 3.0.3",
     .open = true},
    {.method = Method::get,
     .pattern = "/-/api",
     .handler = &api,
     .name = "api",
     .summary = "All requests, for people",
     .answer = "HTML",
     .open = true},
    {.method = Method::get,
     .pattern = "/-/{page*}",
     .handler = &unknown,
     .name = "unknown_page",
     .summary = "Says which pages there are",
     .success = 404,
     .answer = "Text",
     .open = true},
};

}  // namespace

http::Family make_internal_family(InternalContext& context) {
  return {.name = "internal",
          .title = "The server itself",
          .doc = "Pages for those who operate it. They ask for no headers.",
          .routes = routes,
          .context = &context,
          .refuse = &refuse_in_text};
}

}  // namespace dobson
