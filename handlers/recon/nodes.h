#pragma once

// Storage nodes and the pipelines of them (spec/recon.md §4.19 to §4.21, §5.6).

#include "handlers/recon/context.h"
#include "http/json/writer.h"
#include "storage/cluster/cluster.h"

namespace dobson::recon {

// What a pipeline shows of a node.
void write_details(http::JsonWriter& json, const storage::NodeView& node);

// A row of list_nodes, as far as it holds of one that is forgotten (§4.20).
void write_removed_node(http::JsonWriter& json, const storage::NodeView& node);

void list_nodes(Context& context, http::Exchange& exchange);
void list_pipelines(Context& context, http::Exchange& exchange);
void decommission_info(Context& context, http::Exchange& exchange);
void decommission_info_of(Context& context, http::Exchange& exchange);

}  // namespace dobson::recon
