#include "handlers/recon/features.h"

#include "handlers/recon/call.h"

namespace dobson::recon {

void disabled_features(Context&, http::Exchange& exchange) {
  answer_json(exchange, R"(["HEATMAP"])");
}

void heat_map_health(Context&, http::Exchange& exchange) {
  answer_json(exchange,
              R"({"message":"HeatMapProviderImpl class not loaded or initialized.","status":200})");
}

}  // namespace dobson::recon
