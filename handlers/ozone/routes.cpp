#include "handlers/ozone/routes.h"

#include "core/base/limits.h"
#include "handlers/ozone/buckets.h"
#include "handlers/ozone/call.h"
#include "handlers/ozone/key_bytes.h"
#include "handlers/ozone/keys.h"
#include "handlers/ozone/service_list.h"
#include "handlers/ozone/volumes.h"

namespace dobson::ozone {

namespace {

using http::In;
using http::Method;
using http::Param;
using http::Route;
using http::Type;

constexpr std::string_view service[] = {"service"};
constexpr std::string_view bucket[] = {"bucket"};
constexpr std::string_view key[] = {"key"};

constexpr Param prefix{.name = "prefix", .doc = "only names that begin with these bytes"};
constexpr Param prev_key{.name = "prev-key", .doc = "only names greater than this one"};
constexpr Param page_size{.name = "max-keys",
                          .type = Type::integer,
                          .min = 1,
                          .max = limits::page_rows,
                          .doc = "most rows of the page"};
constexpr Param stream_size{
    .name = "max-keys", .type = Type::integer, .min = 1, .doc = "most rows of the stream"};
constexpr Param info(std::span<const std::string_view> choices) {
  return {.name = "info", .type = Type::choice, .choices = choices, .doc = "what is asked for"};
}

constexpr Param quota_params[] = {
    {.name = "quota", .doc = "digits and BYTES, MB, GB or TB; on update also `remove`"}};
constexpr Param list_volumes_params[] = {
    prefix,
    page_size,
    prev_key,
    info(service),
    {.name = "root-scan", .doc = "true: the volumes of everybody"}};
constexpr Param list_buckets_params[] = {prefix, page_size, prev_key, info(bucket)};
constexpr Param list_keys_params[] = {prefix, page_size, prev_key, info(key)};
constexpr Param stream_params[] = {
    prefix, stream_size, prev_key, {.name = "stream", .doc = "rows as NDJSON, without a ceiling"}};
constexpr Param key_params[] = {info(key)};
constexpr Param rename_params[] = {
    {.name = "toKey", .required = true, .doc = "the new name, in the same bucket"}};

constexpr std::string_view volume_path = "/{volume}[/]";
constexpr std::string_view bucket_path = "/{volume}/{bucket}[/]";
constexpr std::string_view key_path = "/{volume}/{bucket}/{key*}";

constexpr std::string_view volume_errors[] = {"volumeNotFound"};
constexpr std::string_view bucket_errors[] = {"volumeNotFound", "bucketNotFound", "accessDenied"};
constexpr std::string_view key_errors[] = {"volumeNotFound", "bucketNotFound", "keyNotFound",
                                           "accessDenied"};
constexpr std::string_view delete_key_errors[] = {"volumeNotFound",     "bucketNotFound",
                                                  "keyNotFound",        "accessDenied",
                                                  "preconditionFailed", "invalidRequest"};
constexpr std::string_view create_volume_errors[] = {
    "accessDenied", "badAuthorization", "userNotFound", "malformedQuota", "volumeAlreadyExists"};
constexpr std::string_view update_volume_errors[] = {"accessDenied", "badAuthorization",
                                                     "malformedQuota", "volumeNotFound"};
constexpr std::string_view delete_volume_errors[] = {"volumeNotFound", "accessDenied",
                                                     "volumeNotEmpty"};
constexpr std::string_view info_volume_errors[] = {"volumeNotFound", "accessDenied",
                                                   "invalidQueryParam"};
constexpr std::string_view list_volumes_errors[] = {"Unauthorized", "userNotFound",
                                                    "invalidQueryParam"};
constexpr std::string_view create_bucket_errors[] = {
    "volumeNotFound", "accessDenied",         "bucketAlreadyExists",
    "malformedACL",   "malformedStorageType", "malformedBucketVersion"};
constexpr std::string_view update_bucket_errors[] = {
    "volumeNotFound", "bucketNotFound",       "accessDenied",
    "malformedACL",   "malformedStorageType", "malformedBucketVersion"};
constexpr std::string_view delete_bucket_errors[] = {"volumeNotFound", "bucketNotFound",
                                                     "accessDenied", "bucketNotEmpty"};
constexpr std::string_view list_buckets_errors[] = {"volumeNotFound", "invalidQueryParam"};
constexpr std::string_view list_keys_errors[] = {"volumeNotFound", "bucketNotFound", "accessDenied",
                                                 "invalidQueryParam"};
constexpr std::string_view put_key_errors[] = {
    "volumeNotFound",     "bucketNotFound", "accessDenied",      "invalidKey",
    "invalidRequest",     "entityTooLarge", "badDigest",         "incompleteBody",
    "preconditionFailed", "quotaExceeded",  "serviceUnavailable"};
constexpr std::string_view get_key_errors[] = {
    "volumeNotFound",     "bucketNotFound", "keyNotFound",      "accessDenied",
    "preconditionFailed", "invalidRange",   "invalidQueryParam"};
constexpr std::string_view rename_key_errors[] = {
    "volumeNotFound",   "bucketNotFound", "keyNotFound",      "accessDenied",
    "keyAlreadyExists", "invalidKey",     "invalidQueryParam"};

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/serviceList",
     .handler = query<&service_list>,
     .name = "service_list",
     .summary = "Where the REST servers are",
     .open = true},

    {.method = Method::get,
     .pattern = "/",
     .handler = query<&list_volumes>,
     .name = "list_volumes",
     .summary = "Volumes of a user, or all",
     .params = list_volumes_params,
     .errors = list_volumes_errors,
     .gate = gate<&may_list_volumes>},
    {.method = Method::head,
     .pattern = "/",
     .handler = query<&head_service>,
     .name = "head_service",
     .summary = "Whether the service answers",
     .errors = list_volumes_errors,
     .gate = gate<&may_list_volumes>},

    {.method = Method::post,
     .pattern = volume_path,
     .handler = mutation<&create_volume>,
     .name = "create_volume",
     .summary = "Create a volume",
     .params = quota_params,
     .errors = create_volume_errors,
     .gate = gate<&may_create_volume>},
    {.method = Method::put,
     .pattern = volume_path,
     .handler = mutation<&update_volume>,
     .name = "update_volume",
     .summary = "Change the owner or the quota of a volume",
     .params = quota_params,
     .errors = update_volume_errors,
     .gate = gate<&may_update_volume>},
    {.method = Method::del,
     .pattern = volume_path,
     .handler = mutation<&delete_volume>,
     .name = "delete_volume",
     .summary = "Delete an empty volume",
     .errors = delete_volume_errors},
    {.method = Method::get,
     .pattern = volume_path,
     .handler = query<&info_volume>,
     .name = "info_volume",
     .summary = "Read one volume",
     .select = {"info", "volume"},
     .errors = info_volume_errors},
    {.method = Method::get,
     .pattern = volume_path,
     .handler = query<&list_buckets>,
     .name = "list_buckets",
     .summary = "Buckets of a volume",
     .params = list_buckets_params,
     .errors = list_buckets_errors},
    {.method = Method::head,
     .pattern = volume_path,
     .handler = query<&head_volume>,
     .name = "head_volume",
     .summary = "Whether a volume exists",
     .errors = volume_errors},

    {.method = Method::post,
     .pattern = bucket_path,
     .handler = mutation<&create_bucket>,
     .name = "create_bucket",
     .summary = "Create a bucket",
     .errors = create_bucket_errors},
    {.method = Method::put,
     .pattern = bucket_path,
     .handler = mutation<&update_bucket>,
     .name = "update_bucket",
     .summary = "Change ACLs, storage type or versioning of a bucket",
     .errors = update_bucket_errors},
    {.method = Method::del,
     .pattern = bucket_path,
     .handler = mutation<&delete_bucket>,
     .name = "delete_bucket",
     .summary = "Delete an empty bucket",
     .errors = delete_bucket_errors},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = query<&info_bucket>,
     .name = "info_bucket",
     .summary = "Read one bucket",
     .select = {"info", "bucket"},
     .errors = bucket_errors},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = query<&stream_keys>,
     .name = "stream_keys",
     .summary = "Keys of a bucket as a stream of lines",
     .select = {"stream"},
     .params = stream_params,
     .errors = list_keys_errors},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = query<&list_keys>,
     .name = "list_keys",
     .summary = "Keys of a bucket",
     .params = list_keys_params,
     .errors = list_keys_errors},
    {.method = Method::head,
     .pattern = bucket_path,
     .handler = query<&head_bucket>,
     .name = "head_bucket",
     .summary = "Whether a bucket exists",
     .errors = bucket_errors},

    {.method = Method::put,
     .pattern = key_path,
     .handler = &put_key,
     .name = "put_key",
     .summary = "Create or replace a key",
     .errors = put_key_errors},
    {.method = Method::get,
     .pattern = key_path,
     .handler = query<&info_key>,
     .name = "info_key",
     .summary = "Read what is known of a key",
     .select = {"info", "key"},
     .errors = key_errors},
    {.method = Method::get,
     .pattern = key_path,
     .handler = query<&info_key_detail>,
     .name = "info_key_detail",
     .summary = "The same, with its blocks",
     .select = {"info", "key-detail"},
     .errors = key_errors},
    {.method = Method::get,
     .pattern = key_path,
     .handler = &get_key,
     .name = "get_key",
     .summary = "The bytes of a key",
     .params = key_params,
     .errors = get_key_errors},
    {.method = Method::post,
     .pattern = key_path,
     .handler = mutation<&rename_key>,
     .name = "rename_key",
     .summary = "Rename a key",
     .params = rename_params,
     .errors = rename_key_errors},
    {.method = Method::del,
     .pattern = key_path,
     .handler = mutation<&delete_key>,
     .name = "delete_key",
     .summary = "Delete a key",
     .errors = delete_key_errors},
};

}  // namespace

http::Family make_family(Context& context) {
  return {
      .name = "ozone", .routes = routes, .context = &context, .admit = &admit, .refuse = &refuse};
}

}  // namespace dobson::ozone
