#pragma once

// What a server sent, held against what a client sent. Reads replies with llhttp and JSON with
// simdjson, so that what one of our own writers gets wrong is not read back by its twin.

#include <cstdint>
#include <string_view>

namespace dobson::fuzz {

enum class Api : std::uint8_t { ozone, recon };

// Ends the process unless `received` is whole replies: one for each request in `sent`, unless a
// reply closed the connection, and nothing behind that one; what says it is JSON is; an error has
// the six fields of spec/ozone-rest.md §2.9, or the one of spec/recon.md §2.1, and is no 500.
void check_replies(std::string_view sent, std::string_view received, Api api = Api::ozone);

}  // namespace dobson::fuzz
