#pragma once

// Replicas of a container on the wire, and all that were ever seen (spec/recon.md §3, §4.4).

#include <span>

#include "handlers/recon/context.h"
#include "http/json/writer.h"
#include "storage/cluster/cluster.h"

namespace dobson::recon {

// A list.
void write_replicas(http::JsonWriter& json, std::span<const storage::ReplicaView> replicas);

void replica_history(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
