"""§4.1 to §4.7, §4.11, §4.16, §4.19 to §4.24, §5.3 to §5.8: containers, their keys and replicas, the
nodes that have them, and what waits in them."""

import os
import socket
import time

from recon.case import OwnServerCase, ReconCase

MIB = 1 << 20
REPLICA = ["containerId", "datanodeUuid", "datanodeHost", "firstSeenTime", "lastSeenTime",
           "lastBcsId", "state", "dataChecksum", "firstReportTimestamp", "lastReportTimestamp"]
COUNTS = ["missingCount", "underReplicatedCount", "overReplicatedCount", "misReplicatedCount",
          "replicaMismatchCount"]
STATES = ["MISSING", "UNDER_REPLICATED", "OVER_REPLICATED", "MIS_REPLICATED", "REPLICA_MISMATCH",
          "EMPTY_MISSING", "NEGATIVE_SIZE", "ALL_REPLICAS_BAD"]


class TestContainers(OwnServerCase):
    SETTINGS = ("blocks.delete_delay=1 h", "blocks.container_size=16 MiB")

    @classmethod
    def load(cls, world):
        world.volume("flat")
        world.bucket("flat", "obs")
        world.volume("tree")
        world.bucket("tree", "fso", True)
        for name in ("b", "a", "dir/c", "n" * 300 + "2", "n" * 300 + "1"):
            world.key("flat", "obs", name, 10)
        for name in ("z", "dir/sub/x", "dir/y"):
            world.key("tree", "fso", name, 20)
        world.key("flat", "obs", "empty")
        for name in ("deleted1", "deleted2"):
            world.key("flat", "obs", name, 7)
            world.made("DELETE", f"/flat/obs/{name}", status=200)
        for number in range(12):  # of 3 MiB each: more than one container
            world.key("flat", "obs", f"large{number}", 3 * MIB)
        world.until("/pendingDeletion", lambda page: page["totalBlocksCount"] == 2,
                    component="scm")

    def test_list(self):
        page = self.get("/containers")
        self.assertEqual(list(page), ["data"])
        data = page["data"]
        self.assertEqual(list(data), ["totalCount", "prevKey", "containers"])
        ids = [row["ContainerID"] for row in data["containers"]]
        self.assertGreaterEqual(len(ids), 3)
        self.assertEqual(ids, list(range(1, len(ids) + 1)))
        self.assertEqual((data["totalCount"], data["prevKey"]), (len(ids), ids[-1]))
        for row in data["containers"]:
            self.assertEqual((list(row), row["pipelines"]),
                             (["ContainerID", "NumberOfKeys", "pipelines"], None))
        # One block each: keys with bytes, and those that wait.
        self.assertEqual(sum(row["NumberOfKeys"] for row in data["containers"]), 8 + 2 + 12)

    def test_pages(self):
        everything = self.get("/containers")["data"]["containers"]
        seen, after = [], 0
        while page := self.get("/containers", limit=1, prevKey=after)["data"]["containers"]:
            seen += page
            after = page[-1]["ContainerID"]
        self.assertEqual(seen, everything)
        for query, after in (({"limit": 0}, 0), ({"limit": 0, "prevKey": 2}, 2),
                             ({"prevKey": 99999}, 99999)):
            self.assertEqual(self.get("/containers", **query)["data"],
                             {"totalCount": 0, "prevKey": after, "containers": []})
        for target in ("/containers?limit=-1", "/containers?prevKey=-1",
                       "/containers/mismatch?limit=-1", "/containers/mismatch?prevKey=-1",
                       "/containers/mismatch/deleted?prevKey=-1",
                       "/blocks/deletePending?limit=-1", "/blocks/deletePending?prevKey=-1"):
            self.refused(406, target)
        for target in ("/containers?limit=abc", "/containers?prevKey=9223372036854775808",
                       "/containers/deleted?limit=-1", "/containers/deleted?prevKey=-1",
                       "/containers/mismatch?missingIn=", "/containers/mismatch?missingIn=XX",
                       "/containers/quasiClosed?limit=-1", "/utilization/containerCount"
                       "?containerSize=-1", "/containers/abc/keys", "/containers/1.5/replicaHistory",
                       "/containers/9223372036854775808/keys"):
            self.refused(400, target)
        for target in ("/containers/1", "/containers/1/", "/containers/1/nosuch",
                       "/containers/1/keys/x"):
            self.refused(404, target)

    def keys(self, container, **query):
        page = self.get(f"/containers/{container}/keys", **query)
        self.assertEqual(list(page), ["totalCount", "keys", "lastKey"])
        return page

    def all_keys(self):
        last = self.get("/containers")["data"]["prevKey"]
        return {id: self.keys(id) for id in range(1, last + 1)}

    def test_keys(self):
        pages = self.all_keys()
        paths = [row["CompletePath"] for page in pages.values() for row in page["keys"]]
        names = ["b", "a", "dir/c", "n" * 300 + "2", "n" * 300 + "1",
                 *(f"large{number}" for number in range(12))]
        self.assertEqual(sorted(paths), sorted(
            [f"flat/obs/{name}" for name in names] +
            [f"tree/fso/{name}" for name in ("z", "dir/sub/x", "dir/y")]))
        for id, page in pages.items():
            self.assertEqual(page["totalCount"], len(page["keys"]))
            for row in page["keys"]:
                self.assertEqual(list(row), ["Volume", "Bucket", "Key", "CompletePath", "DataSize",
                                             "Versions", "Blocks", "CreationTime",
                                             "ModificationTime"])
                leaf = row["CompletePath"].rpartition("/")[2]
                whole = row["CompletePath"].split("/", 2)[2]
                self.assertEqual(row["Key"], leaf if row["Volume"] == "tree" else whole)
                self.assertEqual(row["Versions"], [0])
                block, = row["Blocks"]["0"]
                self.assertEqual(block["containerID"], id)
                self.assertRegex(row["CreationTime"],
                                 r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_keys_by_pages(self):
        for limit in (1, 2, 5):
            seen, after = [], ""
            while page := self.keys(1, limit=limit, prevKey=after)["keys"]:
                self.assertLessEqual(len(page), limit)
                seen += page
                after = self.keys(1, limit=limit, prevKey=after)["lastKey"]
            self.assertEqual(seen, self.keys(1, limit=-1)["keys"])
        total = self.keys(1)["totalCount"]
        for query in ({"limit": 0}, {"limit": -2}, {"prevKey": "/nosuch"}):
            self.assertEqual(self.keys(1, **query), {"totalCount": total, "keys": [], "lastKey": ""})
        for id in (99999, 0, -1):
            self.assertEqual(self.keys(id), {"totalCount": 0, "keys": [], "lastKey": ""})

    def test_a_cursor_that_is_gone(self):
        """D37."""
        rows = self.keys(1)["keys"]
        flat = [row["Key"] for row in rows if row["Volume"] == "flat"]
        after = flat[flat.index("a"):]
        self.assertEqual([row["Key"] for row in self.keys(1, prevKey="/flat/obs/a")["keys"]
                          if row["Volume"] == "flat"], after[1:])
        self.assertEqual([row["Key"] for row in self.keys(1, prevKey="/flat/obs/A")["keys"]
                          if row["Volume"] == "flat"], after)

    def test_history(self):
        replica, = self.get("/containers/1/replicaHistory")
        self.assertEqual(list(replica), REPLICA)
        node, = self.get("/datanodes")["datanodes"]
        self.assertEqual((replica["containerId"], replica["datanodeUuid"], replica["datanodeHost"]),
                         (1, node["uuid"], socket.gethostname()))
        self.assertLessEqual(replica["firstSeenTime"], replica["lastSeenTime"])
        self.assertEqual((replica["firstReportTimestamp"], replica["lastReportTimestamp"]),
                         (replica["firstSeenTime"], replica["lastSeenTime"]))
        for id in (99999, -1):
            self.assertEqual(self.get(f"/containers/{id}/replicaHistory"), [])

    def test_healthy(self):
        none = dict.fromkeys(COUNTS, 0) | {"firstKey": 0, "lastKey": 0, "containers": [],
                                          "emptyMissingCount": 0, "negativeSizeCount": 0}
        for target in ("/containers/unhealthy", "/containers/unhealthy/",
                       *(f"/containers/unhealthy/{state}" for state in STATES)):
            for query in ({}, {"limit": 0}, {"limit": -1}, {"minContainerId": -5},
                          {"maxContainerId": 9}, {"batchNum": 3}):
                page = self.get(target, **query)
                self.assertEqual((list(page), page), (list(none), none))
        for state in ("missing", "GONE", "export2"):
            self.refused(400, f"/containers/unhealthy/{state}")
        self.assertEqual(self.get("/containers/missing"), {"totalCount": 0, "containers": []})
        for query, key in (({}, 0), ({"minContainerId": 3}, 3), ({"limit": 0}, 0)):
            self.assertEqual(self.get("/containers/quasiClosed", **query),
                             {"quasiClosedCount": 0, "firstKey": key, "lastKey": key,
                              "containers": []})

    def test_mismatch(self):
        nothing = {"containerDiscrepancyInfo": [], "lastKey": None}
        for query in ({}, {"missingIn": "scm"}, {"missingIn": "OM", "prevKey": 99}, {"limit": 0}):
            self.assertEqual(self.get("/containers/mismatch", **query), nothing)
        for limit in (1, 0, -1):
            page = self.get("/containers/mismatch/deleted", limit=limit)
            self.assertEqual((list(page), page),
                             (["containerDiscrepancyInfo", "containers", "lastKey"],
                              nothing | {"containers": []}))
        unused = [id for id, page in self.all_keys().items() if page["totalCount"] == 0]
        page = self.get("/containers/mismatch", missingIn="om")
        self.assertEqual([row["containerId"] for row in page["containerDiscrepancyInfo"]], unused)

    def test_deleted_blocks(self):
        where = self.get("/containers")["data"]["containers"]
        states = self.get("/blocks/deletePending")
        rows = [row for state in states.values() for row in state]
        self.assertLessEqual(set(states), {"OPEN", "CLOSED"})
        self.assertEqual(sum(row["localIDCount"] for row in rows), 2)
        for row in rows:
            self.assertEqual(list(row), ["containerId", "localIDList", "localIDCount", "txID"])
            self.assertEqual(len(row["localIDList"]), row["localIDCount"])
            self.assertIn(row["containerId"], [each["ContainerID"] for each in where])
        self.assertEqual(self.get("/blocks/deletePending", limit=0), {})
        self.assertEqual(self.get("/blocks/deletePending", prevKey=99), {})
        self.assertEqual(self.get("/blocks/deletePending", prevKey=max(r["txID"] for r in rows)), {})

    def test_pending_deletion(self):
        blocks = {"totalBlocksize": 14, "totalReplicatedBlockSize": 14, "totalBlocksCount": 2}
        self.assertEqual(self.get("/pendingDeletion", component="scm"), blocks)
        self.assertEqual(self.get("/pendingDeletion", component=" SCM "), blocks)
        self.assertEqual(self.get("/pendingDeletion", component="om"),
                         {"totalSize": 0, "pendingDirectorySize": 0, "pendingKeySize": 0})
        of_nodes = self.get("/pendingDeletion", component="dn")
        node, = of_nodes["pendingDeletionPerDataNode"]
        self.assertEqual((of_nodes["status"], of_nodes["totalPendingDeletionSize"],
                          node["pendingBlockSize"], of_nodes["totalNodesQueried"],
                          of_nodes["totalNodeQueriesFailed"]), ("FINISHED", 14, 14, 1, 0))
        for query, why in (("component=xx", "component query parameter must be one of dn, scm, om"),
                           ("", "component query parameter is required"),
                           ("component=dn&limit=0", "Limit query parameter must be at-least 1")):
            reply = self.refused(400, f"/pendingDeletion?{query}")
            self.assertEqual(reply.json(), {"message": why})
        self.assertEqual(self.get("/keys/deletePending/summary"),
                         {"totalUnreplicatedDataSize": 0, "totalReplicatedDataSize": 0,
                          "totalDeletedKeys": 0})
        self.assertEqual(self.get("/keys/deletePending/dirs/summary"),
                         {"totalDeletedDirectories": 0})

    def test_sizes(self):
        rows = self.get("/utilization/containerCount")
        count = len(self.get("/containers")["data"]["containers"])
        self.assertEqual(sum(row["count"] for row in rows), count)
        self.assertEqual([row["containerSize"] for row in rows if row["containerSize"]], [512 * MIB])
        used = [row for row in rows if row["containerSize"]]
        for size, found in ((1, used), (512 * MIB, used), (512 * MIB + 1, []), (1 << 62, [])):
            self.assertEqual(self.get("/utilization/containerCount", containerSize=size), found)

    def test_nodes(self):
        page = self.get("/datanodes")
        node, = page["datanodes"]
        self.assertEqual(page["totalCount"], 1)
        self.assertEqual((node["hostname"], node["state"], node["opState"]),
                         (socket.gethostname(), "HEALTHY", "IN_SERVICE"))
        self.assertAlmostEqual(node["lastHeartbeat"] / 1000, time.time(), delta=60)
        self.assertEqual(node["containers"], len(self.get("/containers")["data"]["containers"]))
        report = node["storageReport"]
        self.assertEqual(report["used"], self.get("/clusterState")["storageReport"]["used"])
        pipeline, = node["pipelines"]
        self.assertEqual((node["leaderCount"], pipeline["leaderNode"]), (1, node["hostname"]))
        page = self.get("/pipelines")
        shown, = page["pipelines"]
        self.assertEqual((shown["pipelineId"], shown["status"], shown["leaderNode"],
                          shown["replicationType"], shown["replicationFactor"]),
                         (pipeline["pipelineID"], "OPEN", node["hostname"], "RATIS", "ONE"))
        details, = shown["datanodes"]
        self.assertEqual((details["uuid"], details["uuidString"], details["id"]["uuid"]),
                         (node["uuid"],) * 3)
        for target in ("/datanodes/decommission/info", "/datanodes/decommission/info/datanode"
                       f"?uuid={node['uuid']}"):
            self.assertEqual(self.get(target), {"DatanodesDecommissionInfo": []})
        self.refused(400, "/datanodes/decommission/info/datanode")

    def test_distribution(self):
        page = self.get("/storageDistribution")
        self.assertEqual(list(page), ["globalStorage", "globalNamespace", "usedSpaceBreakdown",
                                      "dataNodeUsage"])
        size = self.namespace("usage", "/", replica="true")["sizeWithReplica"]
        self.assertEqual(page["usedSpaceBreakdown"],
                         {"openKeyBytes": {"openKeyAndFileBytes": 0, "multipartOpenKeyBytes": 0,
                                           "totalOpenKeyBytes": 0}, "finalizedKeyBytes": size})
        self.assertEqual(page["globalNamespace"], {"totalUsedSpace": size, "totalKeys": 21})
        node, = page["dataNodeUsage"]
        self.assertEqual(node["used"], page["globalStorage"]["totalOzoneUsedSpace"])
        reply = self.call("/storageDistribution/download")
        head, row = reply.body.decode().splitlines()
        self.assertEqual(len(head.split(",")), 12)
        self.assertEqual(row.split(",")[:2], [node["hostName"], node["datanodeUuid"]])
        self.assertRegex(reply["Content-Disposition"],
                         r'^attachment; filename="Datanode_Insights_\w+_\d{8}_\d{4}Z\.csv"$')

    def test_tasks(self):
        rows = self.get("/task/status")
        for row in rows:
            self.assertEqual(list(row), ["taskName", "lastUpdatedTimestamp",
                                         "lastUpdatedSeqNumber", "lastTaskRunStatus",
                                         "isCurrentTaskRunning"])
        names = [row["taskName"] for row in rows]
        self.assertEqual(names[:11], [
            "OmSnapshotRequest", "OmDeltaRequest", "ContainerKeyMapperTaskFSO",
            "ContainerKeyMapperTaskOBS", "FileSizeCountTaskFSO", "FileSizeCountTaskOBS",
            "NSSummaryTask", "OmTableInsightTask", "PipelineSyncTask", "ContainerHealthTask",
            "ContainerSizeCountTask"])
        self.assertEqual(len({row["lastUpdatedSeqNumber"] for row in rows[:8]}), 1)
        self.assertGreater(rows[0]["lastUpdatedSeqNumber"], 0)


class TestTriggers(ReconCase):
    def test_there_is_nothing_to_copy(self):
        self.assertIs(self.get("/triggerdbsync/om"), True)
        for target, status, said in (
                ("/triggerdbsync/om/reinit", 202, {"status": "ACCEPTED"}),
                ("/triggerdbsync/scm/snapshot", 202, {"accepted": True, "status": "SUCCESS"}),
                ("/triggerdbsync/scm/snapshot/cancel", 409, {"cancelled": False})):
            reply = self.call(target, "POST")
            self.assertEqual(reply.status, status, reply)
            self.assertLessEqual(said.items(), reply.json().items())
            self.refused(405, target)
        self.assertEqual(self.get("/triggerdbsync/scm/snapshot/status")["status"], "IDLE")


class TestLife(OwnServerCase):
    SETTINGS = ("blocks.delete_delay=0", "blocks.container_size=16 MiB")

    def test_full_ones_close_and_empty_ones_go(self):
        volume = self.volume()
        self.bucket(volume, "buc")
        for number in range(6):
            self.key(volume, "buc", str(number), 4 * MIB)
        self.assertEqual(self.get("/clusterState")["deletedContainers"], 0)
        history = self.until("/containers/1/replicaHistory",
                             lambda page: page and page[0]["state"] == "CLOSED")
        self.assertEqual(len(history), 1)
        for number in range(6):
            self.made("DELETE", f"/{volume}/buc/{number}", status=200)
        deleted = self.until("/containers/deleted", bool)
        self.assertEqual((deleted[0]["containerId"], deleted[0]["containerState"],
                          deleted[0]["numberOfKeys"], deleted[0]["usedBytes"],
                          deleted[0]["replicationFactor"]), (1, "DELETED", 0, 0, "ONE"))
        self.assertFalse(os.path.exists(self.file_of(1)))
        state = self.get("/clusterState")
        self.assertEqual(state["deletedContainers"], len(self.get("/containers/deleted")))
        self.assertEqual(state["missingContainers"], 0)
        listed = self.get("/containers")["data"]["containers"]
        self.assertEqual(listed[0], {"ContainerID": 1, "NumberOfKeys": 0, "pipelines": None})


class TestDamage(OwnServerCase):
    """Real files are broken; every page tells it within the interval of the check."""
    SETTINGS = ("blocks.check_interval=1 s", "blocks.scrub_interval=1 s")

    @classmethod
    def load(cls, world):
        world.volume("damaged")
        world.bucket("damaged", "buc")
        world.key("damaged", "buc", "key", 100_000)

    def unhealthy(self, state, **query):
        return self.get(f"/containers/unhealthy/{state}", **query)

    def test_a_file_that_is_missing(self):
        whole = self.file_of(1)
        kept = whole + ".kept"
        os.rename(whole, kept)
        page = self.until("/containers/missing", lambda page: page["totalCount"] == 1)
        row, = page["containers"]
        self.assertEqual((row["containerID"], row["keys"], len(row["replicas"])), (1, 1, 1))
        self.assertEqual(list(row["replicas"][0]), REPLICA)
        page = self.get("/containers/unhealthy")
        row, = page["containers"]
        self.assertEqual([page[name] for name in COUNTS], [1, 0, 0, 0, 0])
        self.assertEqual((page["firstKey"], page["lastKey"]), (1, 1))
        self.assertEqual((row["containerState"], row["expectedReplicaCount"],
                          row["actualReplicaCount"], row["replicaDeltaCount"], row["reason"]),
                         ("MISSING", 1, 0, 1, None))
        self.assertEqual(self.unhealthy("MISSING")["containers"], [row])
        self.assertEqual(self.unhealthy("UNDER_REPLICATED")["containers"], [])
        self.assertEqual(self.unhealthy("UNDER_REPLICATED")["missingCount"], 1)
        for query, rows in (({"minContainerId": 1}, []), ({"maxContainerId": 1}, []),
                            ({"maxContainerId": 2}, [row]), ({"limit": 0}, []),
                            ({"batchNum": 2}, []), ({"batchNum": 1}, [row])):
            self.assertEqual(self.unhealthy("MISSING", **query)["containers"], rows, query)
        self.assertEqual(self.get("/clusterState")["missingContainers"], 1)
        self.assertEqual(len(self.get("/containers/1/replicaHistory")), 1)
        since = row["unhealthySince"]
        self.restart()
        page = self.until("/containers/missing", lambda page: page["totalCount"] == 1)
        self.assertEqual(page["containers"][0]["missingSince"], since)
        os.rename(kept, whole)
        self.until("/containers/missing", lambda page: page["totalCount"] == 0)
        self.assertEqual(self.get("/clusterState")["missingContainers"], 0)

    def test_bytes_that_were_written_over(self):
        with open(self.file_of(1), "r+b") as file:
            file.seek(50_000)
            kept = file.read(100)
            file.seek(50_000)
            file.write(b"\xff" * 100)
        page = self.until("/containers/unhealthy", lambda page: page["underReplicatedCount"] == 1)
        row, = page["containers"]
        self.assertEqual((row["containerState"], row["expectedReplicaCount"],
                          row["actualReplicaCount"], row["replicaDeltaCount"]),
                         ("UNDER_REPLICATED", 1, 0, 1))
        self.assertEqual([each["state"] for each in row["replicas"]], ["UNHEALTHY"])
        self.assertEqual(self.unhealthy("ALL_REPLICAS_BAD")["containers"], [row])
        self.assertEqual(self.get("/containers/missing")["totalCount"], 0)
        with open(self.file_of(1), "r+b") as file:
            file.seek(50_000)
            file.write(kept)
        self.until("/containers/unhealthy", lambda page: page["underReplicatedCount"] == 0)


class TestReasons(OwnServerCase):
    """§4.5.1: recon.reason_text = true."""
    SETTINGS = ("recon.reason_text=true", "blocks.check_interval=1 s", "blocks.scrub_interval=1 s",
                "nodes.health_interval=1 s", "blocks.delete_delay=1 h")

    def reason(self, state):
        page = self.until(f"/containers/unhealthy/{state}", lambda page: page["containers"])
        return page["containers"][0]["reason"]

    def test_they_are_told(self):
        volume = self.volume()
        self.bucket(volume, "buc")
        self.key(volume, "buc", "key", 100_000)
        self.until("/containers/1/replicaHistory", bool)
        with open(self.file_of(1), "r+b") as file:
            file.seek(50_000)
            file.write(b"\xff" * 100)
        self.assertEqual(self.reason("UNDER_REPLICATED"), "Insufficient replicas")
        os.remove(self.file_of(1))
        self.assertEqual(self.reason("MISSING"), "No replicas available")
        self.made("DELETE", f"/{volume}/buc/key", status=200)
        self.assertEqual(self.reason("EMPTY_MISSING"), "Container has no replicas and no keys")
