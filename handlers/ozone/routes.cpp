#include "handlers/ozone/routes.h"

#include "handlers/ozone/batch_delete.h"
#include "handlers/ozone/buckets.h"
#include "handlers/ozone/call.h"
#include "handlers/ozone/key_bytes.h"
#include "handlers/ozone/keys.h"
#include "handlers/ozone/params.h"
#include "handlers/ozone/part_bytes.h"
#include "handlers/ozone/service_list.h"
#include "handlers/ozone/shapes.h"
#include "handlers/ozone/uploads.h"
#include "handlers/ozone/volumes.h"

namespace dobson::ozone {

namespace {

using http::Method;
using http::Route;

constexpr std::string_view volume_path = "/{volume}[/]";
constexpr std::string_view bucket_path = "/{volume}/{bucket}[/]";
constexpr std::string_view key_path = "/{volume}/{bucket}/{key*}";

constexpr std::string_view doc =
    "An error is a JSON object: httpCode, shortMessage (the code), resource, message, requestID, "
    "hostName. Every answer names its request in x-ozone-request-id. Listings are in byte order; "
    "the next page begins behind the last name of this one (prev-key).";

// Beside those of their parameters.
constexpr std::string_view any_errors[] = {"invalidRequest", "uriTooLong", "methodNotAllowed",
                                           "internalServerError", "serviceUnavailable"};
constexpr std::string_view volume_errors[] = {"volumeNotFound"};
constexpr std::string_view bucket_errors[] = {"volumeNotFound", "bucketNotFound", "accessDenied"};
constexpr std::string_view key_errors[] = {"volumeNotFound", "bucketNotFound", "keyNotFound",
                                           "accessDenied"};
constexpr std::string_view list_volumes_errors[] = {"Unauthorized", "userNotFound"};
constexpr std::string_view create_volume_errors[] = {"accessDenied", "volumeAlreadyExists"};
constexpr std::string_view update_volume_errors[] = {"accessDenied", "volumeNotFound"};
constexpr std::string_view delete_volume_errors[] = {"volumeNotFound", "accessDenied",
                                                     "volumeNotEmpty"};
constexpr std::string_view info_volume_errors[] = {"volumeNotFound", "accessDenied"};
// A path that ends in a slash lacks the name of a key (Decision 29): invalidKey.
constexpr std::string_view create_bucket_errors[] = {
    "volumeNotFound", "accessDenied", "bucketAlreadyExists", "invalidKey", "invalidQueryParam"};
constexpr std::string_view update_bucket_errors[] = {
    "volumeNotFound", "bucketNotFound", "accessDenied", "invalidKey", "invalidQueryParam"};
constexpr std::string_view delete_bucket_errors[] = {"volumeNotFound", "bucketNotFound",
                                                     "accessDenied",   "bucketNotEmpty",
                                                     "invalidKey",     "invalidQueryParam"};
constexpr std::string_view delete_keys_errors[] = {"volumeNotFound", "bucketNotFound",
                                                   "accessDenied", "invalidKey", "incompleteBody"};
constexpr std::string_view list_keys_errors[] = {"volumeNotFound", "bucketNotFound", "accessDenied",
                                                 "invalidQueryParam"};
constexpr std::string_view put_key_errors[] = {
    "volumeNotFound",   "bucketNotFound",     "accessDenied",  "entityTooLarge",
    "incompleteBody",   "preconditionFailed", "quotaExceeded", "invalidQueryParam",
    "keyAlreadyExists", "keyNotFound"};
constexpr std::string_view get_key_errors[] = {
    "volumeNotFound",     "bucketNotFound", "keyNotFound",      "accessDenied",
    "preconditionFailed", "invalidRange",   "invalidQueryParam"};
constexpr std::string_view rename_key_errors[] = {"volumeNotFound",   "bucketNotFound",
                                                  "keyNotFound",      "accessDenied",
                                                  "keyAlreadyExists", "invalidQueryParam"};
constexpr std::string_view delete_key_errors[] = {
    "volumeNotFound",     "bucketNotFound",    "keyNotFound",      "accessDenied",
    "preconditionFailed", "directoryNotEmpty", "invalidQueryParam"};
constexpr std::string_view start_upload_errors[] = {"volumeNotFound", "bucketNotFound",
                                                    "accessDenied"};
constexpr std::string_view upload_errors[] = {"volumeNotFound", "bucketNotFound", "noSuchUpload",
                                              "accessDenied"};
constexpr std::string_view put_part_errors[] = {"volumeNotFound", "bucketNotFound",
                                                "noSuchUpload",   "accessDenied",
                                                "entityTooLarge", "incompleteBody"};
constexpr std::string_view complete_upload_errors[] = {
    "volumeNotFound", "bucketNotFound", "noSuchUpload",     "accessDenied",
    "incompleteBody", "entityTooLarge", "keyAlreadyExists", "quotaExceeded"};

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/serviceList",
     .handler = query<&service_list>,
     .name = "service_list",
     .summary = "Where the REST servers are",
     .answer = "A list of one entry: nodeType, hostname, ports",
     .open = true},

    {.method = Method::get,
     .pattern = "/",
     .handler = query<&list_volumes>,
     .name = "list_volumes",
     .summary = "Volumes of a user, or all",
     .answer = "`volumes`: each as of info_volume",
     .params = params::list_volumes,
     .errors = list_volumes_errors,
     .gate = gate<&may_list_volumes>,
     .scans = true},
    {.method = Method::head,
     .pattern = "/",
     .handler = query<&head_service>,
     .name = "head_service",
     .summary = "Whether the service answers",
     .params = params::head_service,
     .errors = list_volumes_errors,
     .gate = gate<&may_list_volumes>},

    {.method = Method::post,
     .pattern = volume_path,
     .handler = mutation<&create_volume>,
     .name = "create_volume",
     .summary = "Create a volume",
     .success = 201,
     .params = params::create_volume,
     .errors = create_volume_errors,
     .gate = gate<&may_create_volume>},
    {.method = Method::put,
     .pattern = volume_path,
     .handler = mutation<&update_volume>,
     .name = "update_volume",
     .summary = "Change the owner or the quota of a volume",
     .params = params::update_volume,
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
     .answer = "owner, quota, volumeName, createdOn, createdBy",
     .select = {"info", "volume"},
     .params = params::info_volume,
     .errors = info_volume_errors},
    {.method = Method::get,
     .pattern = volume_path,
     .handler = query<&list_buckets>,
     .name = "list_buckets",
     .summary = "Buckets of a volume",
     .answer = "`buckets`: each as of info_bucket, with bytesUsed and keyCount",
     .params = params::list_buckets,
     .errors = volume_errors,
     .scans = true},
    {.method = Method::head,
     .pattern = volume_path,
     .handler = query<&head_volume>,
     .name = "head_volume",
     .summary = "Whether a volume exists",
     .errors = volume_errors},

    {.method = Method::post,
     .pattern = bucket_path,
     .handler = &delete_keys,
     .name = "delete_keys",
     .summary = "Delete up to 1000 keys",
     .body = "JSON: `keys`, 1 to 1000 names; `quiet`, if only errors are to be answered",
     .answer = "`deleted`: names; `errors`: keyName, shortMessage, message of each",
     .select = {"delete"},
     .params = params::delete_keys,
     .errors = delete_keys_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::post,
     .pattern = bucket_path,
     .handler = mutation<&create_bucket>,
     .name = "create_bucket",
     .summary = "Create a bucket",
     .success = 201,
     .params = params::bucket_settings,
     .errors = create_bucket_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::put,
     .pattern = bucket_path,
     .handler = mutation<&update_bucket>,
     .name = "update_bucket",
     .summary = "Change ACLs, storage type or versioning of a bucket",
     .params = params::bucket_settings,
     .errors = update_bucket_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::del,
     .pattern = bucket_path,
     .handler = mutation<&delete_bucket>,
     .name = "delete_bucket",
     .summary = "Delete an empty bucket",
     .errors = delete_bucket_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = query<&list_uploads>,
     .name = "list_uploads",
     .summary = "Multipart uploads of a bucket that are not complete",
     .answer = "`uploads`: keyName, uploadID, createdOn of each",
     .select = {"uploads"},
     .params = params::list_uploads,
     .errors = bucket_errors,
     .scans = true},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = query<&info_bucket>,
     .name = "info_bucket",
     .summary = "Read one bucket",
     .answer = "volumeName, bucketName, createdOn, acls, versioning, storageType",
     .select = {"info", "bucket"},
     .errors = bucket_errors},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = query<&stream_keys>,
     .name = "stream_keys",
     .summary = "Keys of a bucket as a stream of lines",
     .answer = "A line for each key, as of info_key; the last says `end` and how many there were",
     .select = {"stream"},
     .params = params::stream_keys,
     .errors = bucket_errors,
     .scans = true},
    {.method = Method::get,
     .pattern = bucket_path,
     .handler = long_query<&list_keys>,
     .name = "list_keys",
     .summary = "Keys of a bucket",
     .answer = "name, prefix, maxKeys, truncated; `keyList`: each as of info_key",
     .params = params::list_keys,
     .errors = list_keys_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::head,
     .pattern = bucket_path,
     .handler = query<&head_bucket>,
     .name = "head_bucket",
     .summary = "Whether a bucket exists",
     .errors = bucket_errors},

    {.method = Method::post,
     .pattern = key_path,
     .handler = mutation<&start_upload>,
     .name = "start_upload",
     .summary = "Start a multipart upload",
     .answer = "volumeName, bucketName, keyName, uploadID",
     .select = {"uploads"},
     .params = params::start_upload,
     .errors = start_upload_errors},
    {.method = Method::post,
     .pattern = key_path,
     .handler = &complete_upload,
     .name = "complete_upload",
     .summary = "Make a key of the parts of an upload",
     .body = "JSON: `parts`, each with partNumber and etag, ascending",
     .answer = "volumeName, bucketName, keyName, etag",
     .select = {"uploadId"},
     .params = params::upload,
     .errors = complete_upload_errors},
    {.method = Method::put,
     .pattern = key_path,
     .handler = &put_part,
     .name = "put_part",
     .summary = "Put or replace a part of an upload",
     .success = 201,
     .body = "The bytes, with Content-Length or chunked",
     .select = {"uploadId"},
     .params = params::put_part,
     .errors = put_part_errors},
    {.method = Method::get,
     .pattern = key_path,
     .handler = query<&list_parts>,
     .name = "list_parts",
     .summary = "Parts of an upload",
     .answer = "uploadID, partNumberMarker, nextPartNumberMarker, maxParts, truncated; "
               "`partList`: partNumber, etag, size, modifiedOn of each",
     .select = {"uploadId"},
     .params = params::list_parts,
     .errors = upload_errors,
     .scans = true},
    {.method = Method::del,
     .pattern = key_path,
     .handler = mutation<&abort_upload>,
     .name = "abort_upload",
     .summary = "Give an upload up, with its parts",
     .select = {"uploadId"},
     .params = params::upload,
     .errors = upload_errors},
    {.method = Method::put,
     .pattern = key_path,
     .handler = &put_key,
     .name = "put_key",
     .summary = "Create or replace a key",
     .success = 201,
     .body = "The bytes, with Content-Length or chunked",
     .params = params::put_key,
     .errors = put_key_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::get,
     .pattern = key_path,
     .handler = query<&info_key>,
     .name = "info_key",
     .summary = "Read what is known of a key",
     .answer = "version, md5hash, createdOn, modifiedOn, size, keyName, type",
     .select = {"info", "key"},
     .params = params::info_key,
     .errors = key_errors},
    {.method = Method::get,
     .pattern = key_path,
     .handler = query<&info_key_detail>,
     .name = "info_key_detail",
     .summary = "The same, with its blocks",
     .answer = "As of info_key, and `keyLocations`: containerID, localID, length, offset",
     .select = {"info", "key-detail"},
     .params = params::info_key,
     .errors = key_errors},
    {.method = Method::get,
     .pattern = key_path,
     .handler = &get_key,
     .name = "get_key",
     .summary = "The bytes of a key",
     .answer = "The bytes; 206 for a range, 304 for what the client has",
     .params = params::get_key,
     .errors = get_key_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::post,
     .pattern = key_path,
     .handler = mutation<&rename_key>,
     .name = "rename_key",
     .summary = "Rename a key",
     .params = params::rename_key,
     .errors = rename_key_errors,
     .gate = gate<&check_no_upload>},
    {.method = Method::del,
     .pattern = key_path,
     .handler = mutation<&delete_key>,
     .name = "delete_key",
     .summary = "Delete a key",
     .params = params::delete_key,
     .errors = delete_key_errors,
     .gate = gate<&check_no_upload>},
};

}  // namespace

http::Family declarations() {
  return {.name = "ozone",
          .title = "Ozone REST v1",
          .doc = doc,
          .routes = routes,
          .params = params::every,
          .errors = error_infos(),
          .any_errors = any_errors,
          .parameter_error = info_of(Code::invalid_query_param).code,
          .admit = &admit,
          .refuse = &refuse};
}

http::Family make_family(Context& context) {
  http::Family family = declarations();
  family.context = &context;
  return family;
}

}  // namespace dobson::ozone
