#pragma once

// What HTTP costs when nobody reads the request: one thread, one epoll, one answer.

#include <cstddef>

namespace dobson::bench {

// Listens on a port of 127.0.0.1 that the kernel picks, prints "listens on ADDRESS:PORT", and
// answers each request without a body with `body_bytes` bytes, until the process is ended. Failures
// of its own are thrown; a client that does not read is cut.
[[noreturn]] void serve_canned(std::size_t body_bytes);

}  // namespace dobson::bench
