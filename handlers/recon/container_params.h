#pragma once

// What routes of containers are asked: ids in paths, limits and cursors, and how those that make no
// sense are refused (spec/recon.md §2.1).

#include <cstdint>
#include <optional>

#include "http/route/exchange.h"
#include "storage/model/ids.h"

namespace dobson::recon {

// The piece {id} of the path; nothing: it is no number, which was answered. An id that no container
// can have is 0.
std::optional<storage::ContainerId> container_of(http::Exchange& exchange);

struct ContainerPage {
  std::int64_t limit = 0;
  storage::ContainerId after;
};

// Of `limit` and `prevKey`. Nothing: one is negative, which was answered with `status`.
std::optional<ContainerPage> container_page(http::Exchange& exchange, int status);
// The same where any limit makes sense.
std::optional<ContainerPage> container_page_of_any_limit(http::Exchange& exchange, int status);

}  // namespace dobson::recon
