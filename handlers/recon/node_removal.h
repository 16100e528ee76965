#pragma once

// Dead storage nodes that are to be forgotten (spec/recon.md §4.20).

#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/base/uuid.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// Of a body: a list of one or more. invalid_argument, with a message.
Result<std::vector<Uuid>> parse_node_list(const std::string& text);

// A body handler.
Task<void> remove_nodes(void* context, http::Exchange* exchange);

}  // namespace dobson::recon
