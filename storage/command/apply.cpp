#include "storage/command/apply.h"

#include <algorithm>

namespace dobson::storage {

Result<Outcome> apply(Batch& batch, const Stamp& stamp, const Command& command) {
  const UnixMillis now = std::max(stamp.time, batch.state()->applied);
  Result<Outcome> outcome = std::visit(
      [&batch, now](const auto& subject) { return apply(batch, now, subject); }, command);
  if (outcome.ok()) batch.state().change().applied = now;
  return outcome;
}

}  // namespace dobson::storage
