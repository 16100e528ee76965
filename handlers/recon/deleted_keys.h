#pragma once

// Deleted keys that still have blocks, and deleted directories that still have something in them
// (spec/recon.md §4.9, §4.10). Rows are in order of their ids, with which their raw keys end:
// `/volume/bucket/path/id`. With recon.seed_names they come a second time, unless they are
// streamed.

#include <memory>

#include "handlers/recon/context.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// By the scan pool, where a prefix may leave few of many.
std::unique_ptr<http::Deferred> list_deleted_keys(Context& context, http::Exchange& exchange);
std::unique_ptr<http::Deferred> list_deleted_directories(Context& context,
                                                         http::Exchange& exchange);

}  // namespace dobson::recon
