#include "handlers/recon/errors.h"

#include <algorithm>

#include "core/base/assert.h"

namespace dobson::recon {

namespace {

constexpr http::ErrorInfo infos[] = {
    {400, "badRequest", "The request is malformed."},
    {404, "notFound", "There is no such page."},
    {405, "methodNotAllowed", "The page does not know this method."},
    {406, "notAcceptable", "The answer is JSON, which the request does not accept."},
    {408, "timeout", "The request did not come in time."},
    {409, "conflict", "This cannot be done now."},
    {414, "targetTooLong", "The request target is too long."},
    {415, "unsupportedMediaType", "The body must be application/json."},
    {417, "expectationFailed", "The expectation is not known."},
    {429, "tooManyRequests", "There are too many of these."},
    {431, "headTooLarge", "The request has too many headers, or too long ones."},
    {500, "internalError", "The request failed."},
    {502, "prometheusFailed", "Prometheus cannot be asked."},
    {503, "unavailable", "This is too much work at the moment."},
};

}  // namespace

std::span<const http::ErrorInfo> error_infos() {
  return infos;
}

std::string_view message_of(int status) {
  const auto found = std::ranges::find(infos, status, &http::ErrorInfo::status);
  DOBSON_ASSERT(found != std::end(infos));
  return found->message;
}

}  // namespace dobson::recon
