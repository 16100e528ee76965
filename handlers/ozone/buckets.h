#pragma once

// Buckets (spec/ozone-rest.md §3.6 to §3.10).

#include "handlers/ozone/shapes.h"

namespace dobson::ozone {

Checked<Change> create_bucket(Context& context, http::Exchange& exchange);
Checked<Change> update_bucket(Context& context, http::Exchange& exchange);
Checked<Change> delete_bucket(Context& context, http::Exchange& exchange);
Checked<void> info_bucket(Context& context, http::Exchange& exchange);
Checked<void> head_bucket(Context& context, http::Exchange& exchange);
Checked<void> list_buckets(Context& context, http::Exchange& exchange);

}  // namespace dobson::ozone
