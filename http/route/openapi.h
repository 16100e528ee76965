#pragma once

// An OpenAPI 3.0.3 document of families' routes: paths, parameters, errors, as they are declared.
//
// OpenAPI knows one operation a method and path. Where a query parameter chooses among several
// routes, these are one operation that takes the parameters of all, and each stands by itself in
// its `x-dobson-routes`. Codes of errors are in `x-dobson-errors` of a response, and in
// `x-dobson-wrong` and `x-dobson-missing` of a parameter.

#include <span>
#include <string>

#include "http/route/route.h"

namespace dobson::http {

// Of tables that Router::make has taken.
std::string openapi(std::span<const Family* const> families);

}  // namespace dobson::http
