#pragma once

// The quota grammar (spec/ozone-rest.md §2.8): "10 TB" in a request, {unit, size} in a reply.

#include <cstdint>
#include <optional>
#include <string_view>

#include "handlers/ozone/errors.h"

namespace dobson::ozone {

// A quota in bytes, absence for none.
using Quota = std::optional<std::uint64_t>;

Checked<std::uint64_t> parse_quota(std::string_view text);
// Also takes `remove`, which is no quota.
Checked<Quota> parse_quota_update(std::string_view text);

struct WireQuota {
  std::string_view unit;
  std::uint64_t size;
};
WireQuota to_wire(const Quota& quota);

}  // namespace dobson::ozone
