#pragma once

// Containers that lack replicas, or have too many (spec/recon.md §4.3, §4.5, §5.4).

#include <optional>
#include <string_view>

#include "handlers/recon/context.h"
#include "storage/cluster/cluster.h"

namespace dobson::recon {

// By its name in upper case, whether or not a container can be in it.
bool is_unhealthy_state(std::string_view name);
// 400.
void answer_no_state(http::Exchange& exchange, std::string_view name);
// Of such a name; nothing: no container is in it.
std::optional<storage::UnhealthyFilter> unhealthy_filter(std::string_view name);
std::string_view to_wire(storage::HealthState state);
// Copies that are wanted less those that there are (§9, D18).
std::int64_t delta_of(const storage::UnhealthyView& container);

std::unique_ptr<http::Deferred> missing_containers(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> unhealthy_containers(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> unhealthy_containers_of(Context& context, http::Exchange& exchange);
void quasi_closed_containers(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
