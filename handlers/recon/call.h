#pragma once

// The head that every answer of this family has, and what is refused before a handler is asked
// (spec/recon.md §2).

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "http/route/route.h"

namespace dobson::recon {

// Family::refuse. OPTIONS comes here as well: no route declares it.
void refuse(void* context, http::Exchange& exchange, const http::Refusal& refusal);

// Route::gate of all that answers JSON: 406 for those who accept none. Which of the two it is says
// whether the route is for administrators alone under recon.admin_scope = seed, once callers are
// authenticated (§2.2); nobody is yet, so everybody passes.
bool for_admins(void* context, http::Exchange& exchange);
bool for_users(void* context, http::Exchange& exchange);
// As for_admins, of what is no JSON: whatever is accepted.
bool files_for_admins(void* context, http::Exchange& exchange);

// With the default message of the status.
void answer_error(http::Exchange& exchange, int status);
void answer_error(http::Exchange& exchange, int status, std::string_view message);

// The head of an answer in JSON; a body follows.
void begin_json(http::Exchange& exchange, int status);
void answer_json(http::Exchange& exchange, std::string_view text);
// 204.
void answer_nothing(http::Exchange& exchange);
// 200, of type text/plain, and nothing.
void answer_no_text(http::Exchange& exchange);
// The head of a file to be kept by that name.
void begin_download(http::Exchange& exchange, std::string_view type, const std::string& name);
// What a scan has made, or 503.
void answer_scanned(http::Exchange& exchange, const Result<std::string>& text);

}  // namespace dobson::recon
