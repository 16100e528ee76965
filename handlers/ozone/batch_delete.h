#pragma once

// Many keys of one bucket deleted by one request (spec/ozone-rest.md §4.10). What is malformed in
// the body refuses the whole: no object, a field twice, a name that is no string, too few or too
// many names, text that is not UTF-8. Fields that the page does not know are ignored. A name that
// no key can have is an error of its own.

#include <string>
#include <vector>

#include "core/async/task.h"
#include "handlers/ozone/errors.h"
#include "http/route/exchange.h"

namespace dobson::ozone {

struct DeleteBatch {
  std::vector<std::string> keys;  // as named, in order
  bool quiet = false;             // what was deleted is not listed
};
Checked<DeleteBatch> parse_delete_batch(const std::string& text);

Task<void> delete_keys(void* context, http::Exchange* exchange);

}  // namespace dobson::ozone
