#include "http/client/endpoint.h"

#include <algorithm>

#include "http/message/headers.h"
#include "http/server/listen.h"

namespace dobson::http {

std::string Origin::text() const {
  const bool six = host.find(':') != host.npos;
  return (six ? "[" + host + "]:" : host + ":") + port;
}

Result<Endpoint> parse_endpoint(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  const Error wrong{Errc::invalid_argument,
                    std::string(url) + ": not an endpoint; write http://HOST:PORT[/PATH]"};
  const auto is_odd = [](char c) { return c <= ' ' || c >= '\x7f' || c == '?' || c == '#'; };
  if (!equal_names(url.substr(0, scheme.size()), scheme) || std::ranges::any_of(url, is_odd)) {
    return wrong;
  }
  url.remove_prefix(scheme.size());
  const auto slash = std::min(url.find('/'), url.size());
  std::string authority(url.substr(0, slash));
  if (authority.find('@') != authority.npos) return wrong;
  if (authority.ends_with(']') || authority.find(':') == authority.npos) authority += ":80";
  const auto address = parse_address(authority);
  if (!address || !address->path.empty()) return wrong;
  Endpoint endpoint{.origin = {address->host, address->port},
                    .path = std::string(url.substr(slash))};
  if (endpoint.path.ends_with('/')) endpoint.path.pop_back();
  return endpoint;
}

}  // namespace dobson::http
