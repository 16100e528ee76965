#pragma once

// Errors of this family: codes, their status and default texts, and the six-field body
// (spec/ozone-rest.md §2.9).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "http/route/route.h"

namespace dobson::ozone {

#define DOBSON_OZONE_ERRORS(X)                                                              \
  X(missing_version, 400, "missingVersion", "x-ozone-version header is required.")          \
  X(unsupported_version, 400, "unsupportedVersion", "Only version v1 is supported.")        \
  X(missing_date, 400, "missingDate", "Date header is required.")                           \
  X(bad_date, 400, "badDate", "Unable to parse date format.")                               \
  X(bad_authorization, 400, "badAuthorization",                                             \
    "Missing authorization or authorization has to be unique.")                             \
  X(malformed_quota, 400, "malformedQuota", "Invalid quota specified.")                     \
  X(malformed_acl, 400, "malformedACL", "Invalid ACL specified.")                           \
  X(malformed_bucket_version, 400, "malformedBucketVersion",                                \
    "Malformed bucket version or version not unique.")                                      \
  X(malformed_storage_type, 400, "malformedStorageType", "Invalid storage Type specified.") \
  X(invalid_volume_name, 400, "invalidVolumeName", "Invalid volume name.")                  \
  X(invalid_bucket_name, 400, "invalidBucketName", "Invalid bucket name.")                  \
  X(invalid_key, 400, "invalidKey", "Invalid key.")                                         \
  X(invalid_query_param, 400, "invalidQueryParam", "Invalid query parameter.")              \
  X(invalid_request, 400, "invalidRequest", "Error in request.")                            \
  X(bad_digest, 400, "badDigest", "Content MD5 does not match.")                            \
  X(incomplete_body, 400, "incompleteBody", "Content length does not match stream size.")   \
  X(unauthorized, 401, "Unauthorized", "Access token is missing or invalid token.")         \
  X(access_denied, 403, "accessDenied", "Access denied.")                                   \
  X(quota_exceeded, 403, "quotaExceeded", "The quota has been exceeded.")                   \
  X(user_not_found, 404, "userNotFound", "Invalid user name.")                              \
  X(volume_not_found, 404, "volumeNotFound", "No such volume.")                             \
  X(bucket_not_found, 404, "bucketNotFound", "No such bucket.")                             \
  X(key_not_found, 404, "keyNotFound", "No such key.")                                      \
  X(no_such_upload, 404, "noSuchUpload", "No such multipart upload.")                       \
  X(method_not_allowed, 405, "methodNotAllowed", "Method not allowed.")                     \
  X(volume_already_exists, 409, "volumeAlreadyExists", "Duplicate volume name.")            \
  X(bucket_already_exists, 409, "bucketAlreadyExists", "Duplicate bucket name.")            \
  X(volume_not_empty, 409, "volumeNotEmpty", "Volume must not have any buckets.")           \
  X(bucket_not_empty, 409, "bucketNotEmpty", "Bucket must not have any keys.")              \
  X(key_already_exists, 409, "keyAlreadyExists", "Key already exists.")                     \
  X(directory_not_empty, 409, "directoryNotEmpty", "Directory is not empty.")               \
  X(precondition_failed, 412, "preconditionFailed", "A precondition did not hold.")         \
  X(entity_too_large, 413, "entityTooLarge", "Entity too large.")                           \
  X(uri_too_long, 414, "uriTooLong", "URI too long.")                                       \
  X(invalid_range, 416, "invalidRange", "The requested range is not satisfiable.")          \
  X(internal_server_error, 500, "internalServerError", "Internal server error.")            \
  X(service_unavailable, 503, "serviceUnavailable", "Service unavailable.")

enum class Code : std::uint8_t {
#define DOBSON_OZONE_CODE(name, status, short_message, message) name,
  DOBSON_OZONE_ERRORS(DOBSON_OZONE_CODE)
#undef DOBSON_OZONE_CODE
};

const http::ErrorInfo& info_of(Code code);
std::span<const http::ErrorInfo> error_infos();  // of all

// What a handler refuses with; an empty message stands for the default one.
struct Refused {
  Code code;
  std::string message = {};
  // One header of this refusal alone: Allow, Content-Range.
  std::string_view header_name = {};
  std::string header_value = {};
};

// A parsed or looked-up value, or the refusal.
template <class T>
using Checked = Result<T, Refused>;

// What the store refused, with the stem of the operation's message: "Info Volume failed, error:".
Refused refused_by_store(std::string_view stem, const Error& error);

// Writes the whole answer. `status` overrides the code's own where HTTP has a better one.
void answer(http::Exchange& exchange, const Refused& refused, int status = 0);

}  // namespace dobson::ozone
