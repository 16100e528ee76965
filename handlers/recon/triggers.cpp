#include "handlers/recon/triggers.h"

#include "handlers/recon/call.h"

namespace dobson::recon {

namespace {

void answer(http::Exchange& exchange, int status, std::string_view json) {
  begin_json(exchange, status);
  exchange.finish(json);
}

}  // namespace

void sync_keys(Context&, http::Exchange& exchange) {
  answer_json(exchange, "true");
}

void rebuild(Context&, http::Exchange& exchange) {
  answer(exchange, 202,
         R"({"status":"ACCEPTED","message":"Totals are kept with what they count; )"
         R"(there is nothing to rebuild."})");
}

void sync_containers(Context&, http::Exchange& exchange) {
  answer(exchange, 202,
         R"({"accepted":true,"status":"SUCCESS","message":"Containers are shown as they are; )"
         R"(there is nothing to copy."})");
}

void sync_status(Context&, http::Exchange& exchange) {
  answer_json(exchange,
              R"({"status":"IDLE","phase":"NONE","startedAt":0,"finishedAt":0,"durationMs":0,)"
              R"("cancelAllowed":false,"lastError":null})");
}

void cancel_sync(Context&, http::Exchange& exchange) {
  answer(exchange, 409,
         R"({"cancelled":false,"status":"IDLE","phase":"NONE",)"
         R"("message":"No SCM DB snapshot sync is running."})");
}

}  // namespace dobson::recon
