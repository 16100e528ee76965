#pragma once

// Keys without their bytes (spec/ozone-rest.md §3.13 to §3.15, §4.2, §4.3, §4.11, §4.14).

#include "handlers/ozone/shapes.h"
#include "storage/model/namespace.h"

namespace dobson::ozone {

// The key that the call names, for callers who may read it.
Checked<storage::KeyRecord> look_up(Context& context, http::Exchange& exchange);

Checked<Change> delete_key(Context& context, http::Exchange& exchange);
Checked<Change> rename_key(Context& context, http::Exchange& exchange);
Checked<void> info_key(Context& context, http::Exchange& exchange);
Checked<void> info_key_detail(Context& context, http::Exchange& exchange);
Checked<std::unique_ptr<http::Deferred>> list_keys(Context& context, http::Exchange& exchange);
Checked<void> stream_keys(Context& context, http::Exchange& exchange);

}  // namespace dobson::ozone
