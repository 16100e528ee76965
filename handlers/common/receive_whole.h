#pragma once

// A small body as a whole.

#include <cstddef>
#include <string>

#include "core/async/task.h"
#include "core/base/result.h"
#include "handlers/common/text_room.h"
#include "http/route/exchange.h"

namespace dobson {

// In memory, which `share` pays for. quota_exceeded: more than `most` bytes; overloaded: no room;
// else as of Exchange::read_body, and the connection closes.
Task<Result<std::string>> receive_whole(http::Exchange* exchange, std::size_t most,
                                        TextRoom::Share* share);

}  // namespace dobson
