#pragma once

// What a route declares in full, with what it has from its family; for documents and for the check
// of the tables at start.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "http/route/route.h"

namespace dobson::http {

template <class Params>
auto find_param(Params& params, In in, std::string_view name) {
  return std::ranges::find_if(params, [&](const Param& p) { return p.in == in && p.name == name; });
}

// "/{volume}/{key}" of the pattern "/{volume}/{key*}" or "/{volume}/{key}[/]".
std::string plain_path(std::string_view pattern);

// "info=volume", "stream"; empty when the query does not choose the route.
std::string select_text(const Route& route);

// Those of the path in its order, then of the query, the headers last. The one that selects the
// route is required.
std::vector<Param> all_params(const Family& family, const Route& route);

// Codes of the errors for a value that does not hold and for none; empty: there is no such error.
std::string_view wrong_code(const Family& family, const Route& route, const Param& param);
std::string_view missing_code(const Family& family, const Route& route, const Param& param);

// Codes of its parameters and its own, each once, without Family::any_errors.
std::vector<std::string_view> all_codes(const Family& family, const Route& route);

// Null: the family has no such error.
const ErrorInfo* find_error(const Family& family, std::string_view code);

}  // namespace dobson::http
