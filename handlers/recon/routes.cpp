#include "handlers/recon/routes.h"

#include "handlers/recon/buckets.h"
#include "handlers/recon/cluster_state.h"
#include "handlers/recon/container_keys.h"
#include "handlers/recon/containers.h"
#include "handlers/recon/deleted_keys.h"
#include "handlers/recon/errors.h"
#include "handlers/recon/exports.h"
#include "handlers/recon/features.h"
#include "handlers/recon/file_count.h"
#include "handlers/recon/list_keys.h"
#include "handlers/recon/mismatch.h"
#include "handlers/recon/namespace.h"
#include "handlers/recon/node_removal.h"
#include "handlers/recon/nodes.h"
#include "handlers/recon/open_keys.h"
#include "handlers/recon/params.h"
#include "handlers/recon/pending_deletion.h"
#include "handlers/recon/prometheus.h"
#include "handlers/recon/replicas.h"
#include "handlers/recon/shapes.h"
#include "handlers/recon/storage.h"
#include "handlers/recon/tasks.h"
#include "handlers/recon/triggers.h"
#include "handlers/recon/unhealthy.h"
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

constexpr std::string_view removal_errors[] = {"unsupportedMediaType"};
constexpr std::string_view new_export_errors[] = {"tooManyRequests"};
constexpr std::string_view export_errors[] = {"notFound"};
constexpr std::string_view download_errors[] = {"notFound", "conflict", "tooManyRequests"};
constexpr std::string_view prometheus_errors[] = {"notFound", "prometheusFailed"};

constexpr std::string_view cancel_errors[] = {"conflict"};

constexpr Route routes[] = {
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
     .handler = query<&file_count>,
     .name = "file_count",
     .summary = "How many keys have which size, by bucket",
     .answer = "A list: volume, bucket, fileSize, the largest of its row, count",
     .params = params::file_count,
     .gate = &for_users,
     .scans = true},
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
     .handler = query<&list_volumes>,
     .name = "list_volumes",
     .summary = "Volumes, by name",
     .answer = "totalCount, of this page; `volumes`: name, quotas, times, acls, admin, owner",
     .params = params::list_volumes,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/buckets[/]",
     .handler = query<&list_buckets>,
     .name = "list_buckets",
     .summary = "Buckets of a volume, or all, by name",
     .answer = "totalCount, of this page; `buckets`: name, volumeName, times, acls, storageType, "
               "usedBytes, usedNamespace, bucketLayout, owner",
     .params = params::list_buckets,
     .gate = &for_admins,
     .scans = true},
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
     .handler = query<&list_deleted_directories>,
     .name = "list_deleted_directories",
     .summary = "Deleted directories that have something in them, by id",
     .answer = "lastKey, replicatedDataSize, unreplicatedDataSize, status, replicatedTotal, "
               "unreplicatedTotal; `deletedDirInfo`, if there are such: key, its name, path, "
               "inStateSince, size of what is still below, replicatedSize, replicationInfo, times, "
               "isKey; up to 10,000 also `deletedkeyinfo`, of each omKeyInfoList. No rows: lastKey "
               "is prevKey",
     .params = params::deleted_directories,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers[/]",
     .handler = query<&list_containers>,
     .name = "list_containers",
     .summary = "Containers, by id",
     .answer = "`data`: totalCount, of this page, prevKey; `containers`: ContainerID, "
               "NumberOfKeys, its blocks",
     .params = params::containers,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers/deleted[/]",
     .handler = query<&deleted_containers>,
     .name = "deleted_containers",
     .summary = "Containers whose files are gone, by id",
     .answer = "A list: containerId, numberOfKeys, containerState, stateEnterTime, lastUsed, "
               "usedBytes, replicationConfig",
     .params = params::deleted_containers,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers/{id}/keys[/]",
     .handler = query<&container_keys>,
     .name = "container_keys",
     .summary = "Keys that have blocks in a container, by the place of their parent, then by "
                "name",
     .answer = "totalCount, of all; `keys`: Volume, Bucket, Key, CompletePath, DataSize, "
               "Versions, Blocks, times; lastKey",
     .params = params::container_keys,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers/{id}/replicaHistory[/]",
     .handler = query<&replica_history>,
     .name = "replica_history",
     .summary = "Replicas of a container that were ever seen",
     .answer = "A list, the last seen first: containerId, datanodeUuid, datanodeHost, times, "
               "state",
     .params = params::container,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/containers/missing[/]",
     .handler = query<&missing_containers>,
     .name = "missing_containers",
     .summary = "Containers without a replica, by id",
     .answer = "totalCount, of this page; `containers`: containerID, missingSince, keys, "
               "pipelineID, replicas that were",
     .params = params::missing,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers/unhealthy[/]",
     .handler = query<&unhealthy_containers>,
     .name = "unhealthy_containers",
     .summary = "Containers that lack replicas, or have too many, by id",
     .answer = "Counts of all by state; firstKey, lastKey; `containers`: containerID, "
               "containerState, unhealthySince, expectedReplicaCount, actualReplicaCount, "
               "replicaDeltaCount, reason, keys, pipelineID, replicas",
     .params = params::unhealthy,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers/unhealthy/{state}[/]",
     .handler = query<&unhealthy_containers_of>,
     .name = "unhealthy_containers_of",
     .summary = "Those in one state",
     .answer = "As without a state; the counts are of all",
     .params = params::unhealthy_of,
     .gate = &for_admins,
     .scans = true},
    {.method = Method::get,
     .pattern = "/api/v1/containers/unhealthy/export[/]",
     .handler = query<&list_exports>,
     .name = "list_exports",
     .summary = "Tables of unhealthy containers that are made or there",
     .answer = "A list, by submission: maxDownloads, downloadAllowed, jobId, state, status "
               "(QUEUED, RUNNING, COMPLETED, FAILED), submittedAt, startedAt, completedAt, "
               "totalRecords, estimatedTotal, -1 unless it is known, fileName, errorMessage, "
               "progressPercent, queuePosition, downloadCount, downloadsRemaining",
     .gate = &for_admins},
    {.method = Method::post,
     .pattern = "/api/v1/containers/unhealthy/export[/]",
     .handler = query<&submit_export>,
     .name = "submit_export",
     .summary = "Begins one, of a state that has none, if fewer than 4 wait",
     .answer = "A row of that list",
     .params = params::new_export,
     .errors = new_export_errors,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/containers/unhealthy/export/{jobId}[/]",
     .handler = query<&show_export>,
     .name = "show_export",
     .summary = "How far it is",
     .answer = "A row of that list",
     .params = params::export_job,
     .errors = export_errors,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/containers/unhealthy/export/{jobId}/download[/]",
     .handler = &download_export,
     .name = "download_export",
     .summary = "The table, three times",
     .answer = "A TAR of CSV files, of 500,000 rows each: container_id, container_state, "
               "in_state_since, expected_replica_count, actual_replica_count, replica_delta",
     .params = params::export_job,
     .errors = download_errors,
     .gate = &files_for_admins},
    {.method = Method::del,
     .pattern = "/api/v1/containers/unhealthy/export/{jobId}[/]",
     .handler = &delete_export,
     .name = "delete_export",
     .summary = "Breaks it off, or removes it with its file",
     .answer = "No text",
     .params = params::export_job,
     .errors = export_errors,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/containers/quasiClosed[/]",
     .handler = query<&quasi_closed_containers>,
     .name = "quasi_closed_containers",
     .summary = "Containers that were closed without their leader: there are none",
     .answer = "quasiClosedCount, firstKey, lastKey, containers",
     .params = params::quasi_closed,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/containers/mismatch[/]",
     .handler = long_query<&mismatch>,
     .name = "mismatch",
     .summary = "Containers that only keys speak of, or that no key speaks of",
     .answer = "`containerDiscrepancyInfo`: containerId, numberOfKeys, pipelines, existsAt; "
               "lastKey",
     .params = params::mismatch,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/containers/mismatch/deleted[/]",
     .handler = long_query<&deleted_mismatch>,
     .name = "deleted_mismatch",
     .summary = "Deleted containers that keys speak of",
     .answer = "`containerDiscrepancyInfo`, and again as `containers`: containerId, "
               "numberOfKeys, pipelines; lastKey",
     .params = params::deleted_mismatch,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/blocks/deletePending[/]",
     .handler = long_query<&deleted_blocks>,
     .name = "deleted_blocks",
     .summary = "Blocks that wait to give their space back, by container",
     .answer = "By the state of their container: containerId, localIDList, the first 1,000, "
               "localIDCount, of all, txID, which is the container's id",
     .params = params::deleted_blocks,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/deletePending/summary[/]",
     .handler = query<&deleted_keys_summary>,
     .name = "deleted_keys_summary",
     .summary = "How much deleted keys still have",
     .answer = "totalUnreplicatedDataSize, totalReplicatedDataSize, totalDeletedKeys",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/keys/deletePending/dirs/summary[/]",
     .handler = query<&deleted_directories_summary>,
     .name = "deleted_directories_summary",
     .summary = "How many deleted directories have something in them",
     .answer = "totalDeletedDirectories",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/pendingDeletion[/]",
     .handler = query<&pending_deletion>,
     .name = "pending_deletion",
     .summary = "How much waits for its deletion",
     .answer = "`om`: totalSize, pendingDirectorySize, pendingKeySize; `scm`: totalBlocksize, "
               "totalReplicatedBlockSize, totalBlocksCount; `dn`: status, "
               "totalPendingDeletionSize, pendingDeletionPerDataNode, totalNodesQueried, "
               "totalNodeQueriesFailed",
     .params = params::pending_deletion,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/storageDistribution[/]",
     .handler = query<&storage_distribution>,
     .name = "storage_distribution",
     .summary = "What takes the space, in all and on each node",
     .answer = "globalStorage, globalNamespace, usedSpaceBreakdown, dataNodeUsage",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/storageDistribution/download[/]",
     .handler = query<&download_distribution>,
     .name = "download_distribution",
     .summary = "The space of each node, as a table",
     .answer = "CSV",
     .gate = &files_for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/utilization/containerCount[/]",
     .handler = long_query<&container_count>,
     .name = "container_count",
     .summary = "How many containers have which size",
     .answer = "A list: containerSize, the largest of its row, 0 for empty ones, count",
     .params = params::container_count,
     .gate = &for_users},
    {.method = Method::get,
     .pattern = "/api/v1/datanodes[/]",
     .handler = query<&list_nodes>,
     .name = "list_nodes",
     .summary = "Storage nodes, by host",
     .answer = "totalCount; `datanodes`: uuid, hostname, state, opState, lastHeartbeat, "
               "storageReport, pipelines, containers, openContainers, leaderCount, version, "
               "setupTime, networkLocation",
     .gate = &for_users},
    {.method = Method::put,
     .pattern = "/api/v1/datanodes/remove[/]",
     .handler = &remove_nodes,
     .name = "remove_nodes",
     .summary = "Forgets dead storage nodes",
     .body = "A list of uuids, `application/json`, 64 KiB at most",
     .answer = "`datanodesResponseMap`, of what there is: failedDatanodes: totalCount, errors, why "
               "by uuid; notFoundDatanodes and removedDatanodes: totalCount, datanodes. "
               "removedDatanodes again as `removedNodes`, with message",
     .errors = removal_errors,
     .gate = &for_users},
    {.method = Method::get,
     .pattern = "/api/v1/datanodes/decommission/info[/]",
     .handler = query<&decommission_info>,
     .name = "decommission_info",
     .summary = "Nodes that are taken out of service: there are none",
     .answer = "DatanodesDecommissionInfo",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/datanodes/decommission/info/datanode[/]",
     .handler = query<&decommission_info_of>,
     .name = "decommission_info_of",
     .summary = "One of them",
     .answer = "DatanodesDecommissionInfo",
     .params = params::decommission,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/pipelines[/]",
     .handler = query<&list_pipelines>,
     .name = "list_pipelines",
     .summary = "Nodes that take new blocks together",
     .answer = "totalCount; `pipelines`: pipelineId, status, leaderNode, datanodes, duration, "
               "replicationType, replicationFactor, containers",
     .gate = &for_users},
    {.method = Method::get,
     .pattern = "/api/v1/task/status[/]",
     .handler = query<&task_status>,
     .name = "task_status",
     .summary = "What background tasks did last",
     .answer = "A list: taskName, lastUpdatedTimestamp, lastUpdatedSeqNumber, "
               "lastTaskRunStatus, isCurrentTaskRunning",
     .gate = &for_users},
    {.method = Method::get,
     .pattern = "/api/v1/triggerdbsync/om[/]",
     .handler = query<&sync_keys>,
     .name = "sync_keys",
     .summary = "Brings a copy of the keys up to date: there is none",
     .answer = "true",
     .gate = &for_admins},
    {.method = Method::post,
     .pattern = "/api/v1/triggerdbsync/om/reinit[/]",
     .handler = query<&rebuild>,
     .name = "rebuild",
     .summary = "Counts everything again: nothing needs it",
     .answer = "202; status, message",
     .gate = &for_admins},
    {.method = Method::post,
     .pattern = "/api/v1/triggerdbsync/scm/snapshot[/]",
     .handler = query<&sync_containers>,
     .name = "sync_containers",
     .summary = "Brings a copy of the containers up to date: there is none",
     .answer = "202; accepted, status, message",
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/triggerdbsync/scm/snapshot/status[/]",
     .handler = query<&sync_status>,
     .name = "sync_status",
     .summary = "How far that is",
     .answer = "status, phase, startedAt, finishedAt, durationMs, cancelAllowed, lastError",
     .gate = &for_admins},
    {.method = Method::post,
     .pattern = "/api/v1/triggerdbsync/scm/snapshot/cancel[/]",
     .handler = query<&cancel_sync>,
     .name = "cancel_sync",
     .summary = "Stops it: there is nothing to stop",
     .answer = "409; cancelled, status, phase, message",
     .errors = cancel_errors,
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
