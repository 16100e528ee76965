#pragma once

// Errors of this family: on the wire a status and `{"message":…}` (spec/recon.md §2.1), in
// documents a code too.

#include <span>
#include <string_view>

#include "http/route/route.h"

namespace dobson::recon {

std::span<const http::ErrorInfo> error_infos();

// The default message of a status that the table has.
std::string_view message_of(int status);

}  // namespace dobson::recon
