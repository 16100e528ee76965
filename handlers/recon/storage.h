#pragma once

// How much room there is, how much is taken, and by what (spec/recon.md §4.16, §5.7).

#include <span>

#include "handlers/recon/context.h"
#include "http/json/writer.h"
#include "storage/cluster/cluster.h"
#include "storage/query/cluster.h"

namespace dobson::recon {

// Bytes, of nodes that are not dead.
std::uint64_t capacity_of(std::span<const storage::NodeView> nodes);

// The members of a storage report. `used`: bytes of keys, with their copies, which one node holds;
// nothing is reserved for others.
void write_space(http::JsonWriter& json, const Context& context, const storage::NodeView& node,
                 const storage::StateCounts& counts);
// Of all nodes that are not dead.
void write_all_space(http::JsonWriter& json, const Context& context,
                     std::span<const storage::NodeView> nodes, const storage::StateCounts& counts);

// Of each node: what waits to be deleted.
void write_pending_of_nodes(http::JsonWriter& json, std::span<const storage::NodeView> nodes,
                            std::uint64_t bytes);

void storage_distribution(Context& context, http::Exchange& exchange);
void download_distribution(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
