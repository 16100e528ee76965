#pragma once

// Tables of unhealthy containers, made in the background and downloaded (spec/recon.md §5.5).

#include "core/async/task.h"
#include "handlers/recon/context.h"

namespace dobson::recon {

void list_exports(Context& context, http::Exchange& exchange);
void submit_export(Context& context, http::Exchange& exchange);
void show_export(Context& context, http::Exchange& exchange);
// Body handlers: what they do to files is done elsewhere.
Task<void> download_export(void* context, http::Exchange* exchange);
Task<void> delete_export(void* context, http::Exchange* exchange);

}  // namespace dobson::recon
