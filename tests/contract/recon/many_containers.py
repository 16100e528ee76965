"""§8.3 «duplicate FSO names», «containers», «unhealthy paging», «mismatch», «blocks»: pages over
several containers, of which six have lost their files."""

import os

from recon.case import OwnServerCase
from recon.containers import COUNTS, MIB

MISSING = [1, 2, 3, 4, 5, 6]
DELETED = [7, 8]  # all that was in them
FILES = 9
KEYS = 5  # of the others
MOST_INT = (1 << 31) - 1


class TestManyContainers(OwnServerCase):
    SETTINGS = ("blocks.container_size=16 MiB", "blocks.delete_delay=1 h",
                "blocks.check_interval=1 s")

    @classmethod
    def load(cls, world):
        world.volume("many")
        world.bucket("many", "obs")
        world.bucket("many", "fso", True)
        for container in [*MISSING, *DELETED]:
            for number in range(KEYS):
                world.key("many", "obs", f"{container}-{number}", 3 * MIB)
        for key in ("top/same", "top/sub/same", "same"):
            world.key("many", "fso", key, 2 * MIB)  # more than is left in the last one
        for container in DELETED:
            for number in range(KEYS):
                world.made("DELETE", f"/many/obs/{container}-{number}", status=200)
        for container in MISSING:
            world.until(f"/containers/{container}/replicaHistory", bool)
            os.remove(world.file_of(container))
        world.until("/containers/missing", lambda page: page["totalCount"] == len(MISSING))
        world.until("/pendingDeletion", lambda page: (
            page["totalBlocksCount"] == len(DELETED) * KEYS), component="scm")

    def unhealthy(self, **query):
        page = self.get("/containers/unhealthy", **query)
        self.assertEqual([page[name] for name in COUNTS], [len(MISSING), 0, 0, 0, 0])
        ids = [row["containerID"] for row in page["containers"]]
        self.assertEqual((page["firstKey"], page["lastKey"]), (ids[0], ids[-1]) if ids else (0, 0))
        for row in page["containers"]:
            self.assertEqual((row["containerState"], row["keys"], len(row["replicas"])),
                             ("MISSING", KEYS, 1))
            self.assertEqual(row["replicas"][0]["containerId"], row["containerID"])
        return ids

    def test_unhealthy_forward(self):
        self.assertEqual(self.unhealthy(limit=3), [1, 2, 3])
        self.assertEqual(self.unhealthy(limit=3, minContainerId=3), [4, 5, 6])
        self.assertEqual(self.unhealthy(limit=3, minContainerId=6), [])
        self.assertEqual(self.unhealthy(limit=4, minContainerId=4), [5, 6])
        self.assertEqual(self.unhealthy(minContainerId=-7), MISSING)
        self.assertEqual(self.unhealthy(limit=MOST_INT), MISSING)

    def test_unhealthy_backward(self):
        self.assertEqual(self.unhealthy(limit=3, maxContainerId=7), [4, 5, 6])
        self.assertEqual(self.unhealthy(limit=3, maxContainerId=4), [1, 2, 3])
        self.assertEqual(self.unhealthy(limit=3, maxContainerId=3), [1, 2])
        self.assertEqual(self.unhealthy(limit=3, maxContainerId=1), [])
        self.assertEqual(self.unhealthy(limit=2, minContainerId=5, maxContainerId=4), [2, 3])

    def test_unhealthy_by_number(self):
        """D7."""
        for batch, ids in ((0, [1, 2]), (1, [1, 2]), (2, [3, 4]), (3, [5, 6]), (4, [])):
            self.assertEqual(self.unhealthy(limit=2, batchNum=batch), ids)
        self.assertEqual(self.unhealthy(limit=2, batchNum=3, minContainerId=1), [2, 3])
        self.assertEqual(self.unhealthy(limit=2, batchNum=3, maxContainerId=4), [2, 3])

    def test_missing(self):
        for limit, count in ((0, 0), (-1, 0), (1, 1), (5, 5), (6, 6), (7, 6)):
            page = self.get("/containers/missing", limit=limit)
            self.assertEqual(page["totalCount"], count)
            self.assertEqual([row["containerID"] for row in page["containers"]], MISSING[:count])
        self.assertEqual(self.get("/clusterState")["missingContainers"], len(MISSING))

    def test_containers(self):
        for query, ids in (({"limit": 10}, range(1, 10)), ({"limit": 2}, [1, 2]),
                           ({"prevKey": 2, "limit": 5}, range(3, 8)), ({"prevKey": 8}, [9])):
            data = self.get("/containers", **query)["data"]
            self.assertEqual([row["ContainerID"] for row in data["containers"]], [*ids])
            self.assertEqual((data["totalCount"], data["prevKey"]), (len(ids), ids[-1]))

    def test_files_of_one_name(self):
        page = self.get(f"/containers/{FILES}/keys")
        self.assertEqual({row["Key"] for row in page["keys"]}, {"same"})
        self.assertEqual(sorted(row["CompletePath"] for row in page["keys"]),
                         ["many/fso/same", "many/fso/top/same", "many/fso/top/sub/same"])
        first = self.get(f"/containers/{FILES}/keys", limit=1)
        rest = self.get(f"/containers/{FILES}/keys", prevKey=first["lastKey"])
        self.assertEqual((first["keys"] + rest["keys"], rest["totalCount"]), (page["keys"], 3))

    def test_mismatch(self):
        """Their keys are deleted, and their blocks wait."""
        for query, ids in (({}, DELETED), ({"limit": 1}, DELETED[:1]),
                           ({"prevKey": DELETED[0], "limit": 3}, DELETED[1:]),
                           ({"prevKey": DELETED[1]}, []), ({"limit": 0}, [])):
            page = self.get("/containers/mismatch", missingIn="OM", **query)
            rows = page["containerDiscrepancyInfo"]
            self.assertEqual([row["containerId"] for row in rows], ids)
            self.assertEqual(page["lastKey"], ids[-1] if ids else None)
            for row in rows:
                self.assertEqual((list(row), row["numberOfKeys"], row["existsAt"]), (
                    ["containerId", "numberOfKeys", "pipelines", "existsAt"], 0, "SCM"))

    def test_blocks(self):
        rows = [row for state in self.get("/blocks/deletePending").values() for row in state]
        self.assertEqual([row["containerId"] for row in rows], DELETED)
        self.assertEqual([row["localIDCount"] for row in rows], [KEYS, KEYS])
        self.assertLess(rows[0]["txID"], rows[1]["txID"])
        state, = self.get("/blocks/deletePending")
        for query, part in (({"limit": 1}, rows[:1]), ({"limit": 2}, rows),
                            ({"prevKey": rows[0]["txID"]}, rows[1:])):
            self.assertEqual(self.get("/blocks/deletePending", **query), {state: part})
        self.assertEqual(self.get("/blocks/deletePending", prevKey=rows[1]["txID"]), {})
