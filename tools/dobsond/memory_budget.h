#pragma once

// The most memory that the server takes, limit by limit, for whoever has to give it a machine. What
// the kernel keeps of files and for sockets (limits::unsent_bytes), and the code, come on top.

#include <string>

#include "http/server/server.h"
#include "storage/store.h"

namespace dobson {

// "memory, at most: 2048 MiB = 900 for connections + …". `asking`: reactors that ask another
// server.
std::string memory_budget(const http::Server::Budget& server, const storage::StoreBudget& store,
                          std::uint64_t page_bytes, unsigned asking);

}  // namespace dobson
