#pragma once

// Where another server is, as an operator writes it: "http://HOST[:PORT][/PATH]".

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace dobson::http {

struct Origin {
  std::string host;  // without brackets
  std::string port;

  std::string text() const;  // "host:9090", "[::1]:9090"
};

struct Endpoint {
  Origin origin;
  std::string path = {};  // "" or "/prefix", without a slash at the end
};

// invalid_argument, with what to write instead. Asks no name server.
Result<Endpoint> parse_endpoint(std::string_view url);

}  // namespace dobson::http
