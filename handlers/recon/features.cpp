#include "handlers/recon/features.h"

#include "handlers/recon/call.h"

namespace dobson::recon {

void disabled_features(Context&, http::Exchange& exchange) {
  answer_json(exchange, R"(["HEATMAP"])");
}

}  // namespace dobson::recon
