#pragma once

// One call of this family: who is calling, what it names, and the head that every reply has
// (spec/ozone-rest.md §2.2 to §2.6).

#include <string>
#include <string_view>

#include "handlers/ozone/context.h"
#include "handlers/ozone/errors.h"
#include "http/route/route.h"
#include "storage/command/command.h"

namespace dobson::ozone {

// All views live in the exchange's arena or in the request.
struct Call {
  std::string_view request_id;
  std::string_view server_name;
  std::string_view volume;  // as far as the path names one
  std::string_view bucket;
  std::string_view key;
  std::string_view auth_user;    // of Authorization
  std::string_view header_user;  // of x-ozone-user
  bool admin = false;

  // Who calls; empty: nobody.
  std::string_view caller() const { return auth_user.empty() ? header_user : auth_user; }
  // Whom the call is about: an administrator may name another user.
  std::string_view subject() const {
    return admin && !header_user.empty() ? header_user : caller();
  }
  storage::Principal principal() const { return {std::string(caller()), admin}; }
  std::string resource() const;
};

// Begins the exchange's call, unless it is begun: `admit`, `refuse` and handlers of open paths.
Call& begin_call(const Context& context, http::Exchange& exchange);
Call& call_of(http::Exchange& exchange);

// Family::admit: version, date, names, caller, in this order (§2.10 steps 3 to 5).
bool admit(void* context, http::Exchange& exchange);
// Family::refuse
void refuse(void* context, http::Exchange& exchange, const http::Refusal& refusal);

// Status line and the three headers of every reply. Key data sends Content-Type before them.
void begin_answer(http::Exchange& exchange, int status);
void begin_data_answer(http::Exchange& exchange, int status);

// 200 or 201 with an empty body.
void answer_empty(http::Exchange& exchange, int status);

// A JSON body: always labelled as such, or only when the request accepts it (§2.6). More headers
// may follow `begin_json`.
enum class Label { always_json, json_if_accepted };
void begin_json(http::Exchange& exchange, Label label);
void answer_json(http::Exchange& exchange, std::string_view text, Label label);
// HEAD of a thing that exists; the length of a listing is not counted for it (§4.4).
void answer_head(http::Exchange& exchange, Label label);

}  // namespace dobson::ozone
