#include "handlers/ozone/service_list.h"

#include "http/json/writer.h"

namespace dobson::ozone {

Checked<void> service_list(Context& context, http::Exchange& exchange) {
  begin_call(context, exchange);
  auto& json = http::JsonWriter::begin();
  json.array().object().key("nodeType").string("DATANODE");
  json.key("hostname").string(context.settings.service_host);
  json.key("ports").object().key("HTTP").number(context.settings.port).end_object();
  json.end_object().end_array();
  begin_answer(exchange, 200);
  exchange.header("Content-Type", "application/json;charset=utf-8");
  exchange.finish(json.text());
  return {};
}

}  // namespace dobson::ozone
