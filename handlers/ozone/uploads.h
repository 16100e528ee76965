#pragma once

// Multipart uploads without the bytes of their parts (spec/ozone-rest.md §4.8). An upload's id is
// 16 lower-case hex digits; what is none is the id of no upload.

#include "core/async/task.h"
#include "handlers/ozone/shapes.h"
#include "storage/command/command.h"
#include "storage/model/namespace.h"

namespace dobson::ozone {

// Gate of the routes beside those of this page: a call that names an upload or a part means nothing
// else, least of all to put or delete the key.
Checked<void> check_no_upload(http::Exchange& exchange);

// Of the call's key and `uploadId`.
storage::UploadName upload_name(http::Exchange& exchange);
Checked<storage::UploadRecord> find_upload(Context& context, http::Exchange& exchange,
                                           std::string_view stem);

Checked<Change> start_upload(Context& context, http::Exchange& exchange);
Task<void> complete_upload(void* context, http::Exchange* exchange);
Checked<Change> abort_upload(Context& context, http::Exchange& exchange);
Checked<void> list_parts(Context& context, http::Exchange& exchange);
Checked<void> list_uploads(Context& context, http::Exchange& exchange);

}  // namespace dobson::ozone
