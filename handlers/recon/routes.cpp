#include "handlers/recon/routes.h"

#include <algorithm>
#include <array>

#include "handlers/recon/buckets.h"
#include "handlers/recon/cluster_routes.h"
#include "handlers/recon/cluster_state.h"
#include "handlers/recon/deleted_keys.h"
#include "handlers/recon/errors.h"
#include "handlers/recon/features.h"
#include "handlers/recon/file_count.h"
#include "handlers/recon/list_keys.h"
#include "handlers/recon/namespace.h"
#include "handlers/recon/open_keys.h"
#include "handlers/recon/params.h"
#include "handlers/recon/prometheus.h"
#include "handlers/recon/shapes.h"
#include "handlers/recon/usage.h"
#include "handlers/recon/volumes.h"

namespace dobson::recon {

namespace {

using http::Method;
using http::Route;

constexpr std::string_view doc =
    "Answers are compact JSON; an error is a status and a `message`. Times are "
    "milliseconds since 1970. Up to 10,000 rows come from one snapshot, and scalars stand before "
    "them; of more rows, behind them.";

// Beside those of their parameters.
constexpr std::string_view any_errors[] = {"badRequest",    "methodNotAllowed", "notAcceptable",
                                           "targetTooLong", "internalError",    "unavailable"};

constexpr std::string_view prometheus_errors[] = {"notFound", "prometheusFailed"};

constexpr Route own_routes[] = {
    {.method = Method::get,
     .pattern = "/api/v1/clusterState[/]",
     .handler = query<&cluster_state>,
     .name = "cluster_state",
     .summary = "The cluster in numbers",
     .answer = "volumes, buckets, keys, containers, openContainers, deletedDirs, "
               "keysPendingDeletion, totalDatanodes, healthyDatanodes; `storageReport`: bytes",
     .gate = &for_users},
    {.method = Method::get,
     .pattern = "/api/v1/utilization/fileCount[/]",
     .handler = long_query<&file_count>,
     .name = "file_count",
     .summary = "How many keys have which size, by bucket",
     .answer = "A list: volume, bucket, fileSize, the largest of its row, count",
     .params = params::file_count,
     .gate = &for_users},
    {.method = Method::get,
     .pattern = "/api/v1/namespace/summary[/]",
     .handler = query<&namespace_summary>,
     .name = "namespace_summary",
     .summary = "What a path is, and how much is below it",
     .answer =
         "path, type, status; `countStats`, also by themselves: numVolume, numBucket, numDir, "
         "numKey, -1 where there can be none; `objectInfo`: itself",
     .params = params::place,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/namespace/usage[/]",
     .handler = long_query<&namespace_usage>,
     .name = "namespace_usage",
     .summary = "Bytes below a path, and of its children",
     .answer =
         "status, path, size, sizeWithReplica, subPathCount, sizeDirectKey; `subPaths`: path, "
         "size, sizeWithReplica, isKey of each",
     .params = params::usage,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/namespace/quota[/]",
     .handler = query<&namespace_quota>,
     .name = "namespace_quota",
     .summary = "Bytes that a path may take, and takes",
     .answer = "allowed, -1 without a quota; used, of all copies for `/`; status",
     .params = params::place,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/namespace/dist[/]",
     .handler = query<&namespace_dist>,
     .name = "namespace_dist",
     .summary = "How many keys below a path have which size",
     .answer = "`dist`: 41 counts, up to 1 KiB, 2 KiB and so on; status",
     .params = params::place,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/volumes[/]",
     .handler = long_query<&list_volumes>,
     .name = "list_volumes",
     .summary = "Volumes, by name",
     .answer = "totalCount, of this page; `volumes`: name, quotas, times, acls, admin, owner",
     .params = params::list_volumes,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/buckets[/]",
     .handler = long_query<&list_buckets>,
     .name = "list_buckets",
     .summary = "Buckets of a volume, or all, by name",
     .answer = "totalCount, of this page; `buckets`: name, volumeName, times, acls, storageType, "
               "usedBytes, usedNamespace, bucketLayout, owner",
     .params = params::list_buckets,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/listKeys[/]",
     .handler = long_query<&list_keys>,
     .name = "list_keys",
     .summary = "Keys of a bucket or directory, by name, with filters",
     .answer = "status, path, replicatedDataSize, unReplicatedDataSize, lastKey; `keys`: "
               "volumeName, bucketName, keyName, dataSize, parentId, file, times, key, path, "
               "replicatedSize, replicationInfo, isKey, size. Nothing found: path is empty, the "
               "sizes are -1, there is no lastKey",
     .params = params::list_keys,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/open[/]",
     .handler = long_query<&list_open_keys>,
     .name = "list_open_keys",
     .summary = "Keys whose bytes are on their way, and multipart uploads",
     .answer = "lastKey, replicatedDataSize, unreplicatedDataSize, status, replicatedTotal, "
               "unreplicatedTotal; `nonFSO` and `fso`, if there are such: key, path, inStateSince, "
               "size, replicatedSize, replicationInfo, times, isKey, false for an upload. Without "
               "includeFso and includeNonFso, `entities`: path, keyState, inStateSince, sizes, "
               "replicationType, replicationFactor. No rows, but with one of them: 204",
     .params = params::open_keys,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/open/summary[/]",
     .handler = query<&open_keys_summary>,
     .name = "open_keys_summary",
     .summary = "Open keys and multipart uploads in numbers",
     .answer = "totalUnreplicatedDataSize, totalReplicatedDataSize, totalOpenKeys, in which an "
               "upload is a key of no bytes",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/open/mpu/summary[/]",
     .handler = query<&open_uploads_summary>,
     .name = "open_uploads_summary",
     .summary = "Multipart uploads in numbers",
     .answer = "totalOpenMPUKeys, totalReplicatedDataSize, totalDataSize, both of parts",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/deletePending[/]",
     .handler = long_query<&list_deleted_keys>,
     .name = "list_deleted_keys",
     .summary = "Deleted keys that have blocks, by id",
     .answer = "lastKey, replicatedDataSize, unreplicatedDataSize, status, replicatedTotal, "
               "unreplicatedTotal; `deletedKeyInfo`, up to 10,000 rows also as `deletedkeyinfo`: "
               "omKeyInfoList, of one, bucketId, totalSize. No rows: 204",
     .params = params::deleted_keys,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/deletePending/dirs[/]",
     .handler = long_query<&list_deleted_directories>,
     .name = "list_deleted_directories",
     .summary = "Deleted directories that have something in them, by id",
     .answer = "lastKey, replicatedDataSize, unreplicatedDataSize, status, replicatedTotal, "
               "unreplicatedTotal; `deletedDirInfo`, if there are such: key, its name, path, "
               "inStateSince, size of what is still below, replicatedSize, replicationInfo, times, "
               "isKey; up to 10,000 also `deletedkeyinfo`, of each omKeyInfoList. No rows: lastKey "
               "is prevKey",
     .params = params::deleted_directories,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/features/disabledFeatures[/]",
     .handler = query<&disabled_features>,
     .name = "disabled_features",
     .summary = "Menus that the web pages are not to show",
     .answer = "A list of their names",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/heatmap/healthCheck[/]",
     .handler = query<&heat_map_health>,
     .name = "heat_map_health",
     .summary = "Whether heat maps are made: they are not",
     .answer = "message, status",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/metrics/{page}[/]",
     .handler = &ask_prometheus,
     .name = "prometheus",
     .summary = "What Prometheus answers to `/api/v1/{page}` with the same query",
     .answer = "Its body; of a failure, too",
     .params = params::prometheus,
     .errors = prometheus_errors,
     .gate = &for_users},
};

constexpr auto routes = [] {
  std::array<Route, std::size(own_routes) + std::size(cluster_routes)> all;
  std::ranges::copy(cluster_routes, std::ranges::copy(own_routes, all.begin()).out);
  return all;
}();

}  // namespace

http::Family declarations() {
  return {.name = "recon",
          .title = "Insight, as of Ozone Recon",
          .doc = doc,
          .routes = routes,
          .errors = error_infos(),
          .any_errors = any_errors,
          .parameter_error = "badRequest",
          .refuse = &refuse};
}

http::Family make_family(Context& context) {
  http::Family family = declarations();
  family.context = &context;
  return family;
}

}  // namespace dobson::recon
