#pragma once

// Volumes (spec/ozone-rest.md §3.1 to §3.5).

#include "handlers/ozone/shapes.h"

namespace dobson::ozone {

// Before the quota is looked at (§2.10 step 7).
Checked<void> may_create_volume(http::Exchange& exchange);
Checked<void> may_update_volume(http::Exchange& exchange);
Checked<void> may_list_volumes(http::Exchange& exchange);

Checked<Change> create_volume(Context& context, http::Exchange& exchange);
Checked<Change> update_volume(Context& context, http::Exchange& exchange);
Checked<Change> delete_volume(Context& context, http::Exchange& exchange);
Checked<void> info_volume(Context& context, http::Exchange& exchange);
Checked<void> head_volume(Context& context, http::Exchange& exchange);
Checked<void> list_volumes(Context& context, http::Exchange& exchange);
Checked<void> head_service(Context& context, http::Exchange& exchange);

}  // namespace dobson::ozone
