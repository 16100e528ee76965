#!/usr/bin/env python3
"""dobsonctl recon: tables of the insight API, of a server of ours and of one that the test plays."""

import json
import urllib.parse

import outsider
from dobsonctl import NO_SERVER, Ctl
from upstream import Upstream, answer

UNHEALTHY = {"missingCount": 1, "underReplicatedCount": 1234, "overReplicatedCount": 0,
             "misReplicatedCount": 2, "replicaMismatchCount": 3, "firstKey": 0, "lastKey": 0,
             "containers": []}
HOUR_MS = 3600 * 1000


def unhealthy(container, state, copies, hosts):
    return {"containerID": container, "containerState": state, "unhealthySince": HOUR_MS,
            "expectedReplicaCount": copies[1], "actualReplicaCount": copies[0],
            "replicaDeltaCount": copies[1] - copies[0], "reason": None, "keys": 1000,
            "pipelineID": "", "replicas": [{"containerId": container, "datanodeHost": host}
                                           for host in hosts]}


def page(*rows):
    return UNHEALTHY | {"lastKey": rows[-1]["containerID"], "containers": rows}


def node(host, heartbeat, used):
    return {"uuid": "", "hostname": host, "state": "STALE", "opState": "IN_SERVICE",
            "lastHeartbeat": heartbeat, "containers": 7, "openContainers": 0, "pipelines": [],
            "storageReport": {"capacity": 10 << 40, "used": used, "remaining": 5 << 30}}


class Recon(Ctl):
    @property
    def environment(self):
        return super().environment | {"DOBSON_RECON_URL": self.recon_url}

    def start(self, *words, **options):
        return super().start("recon", *words, **options)

    def table(self, *words):
        return self.ctl(*words).splitlines()


class OurServer(Recon):
    """The pages of a path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        world = cls()
        world.call("POST", "/tables?quota=1MB", status=201)
        for bucket in ("/tables/plain", "/tables/wide"):
            world.call("POST", bucket, status=201)
        world.keys = {"a": 1536, "b c&d": 500, "\x1b[31m": 0}
        for name, size in world.keys.items():
            world.call("PUT", f"/tables/plain/{urllib.parse.quote(name)}", bytes(size), 201)
        for i in range(32):
            world.call("PUT", f"/tables/wide/{i:02}", b"x" * 10, 201)

    def call(self, method, path, body=None, status=200):
        return super().call(method, urllib.parse.unquote(path), body, status)

    @property
    def recon_url(self):
        return "http://{}:{}".format(*self.server.addresses["recon"])

    def test_du(self):
        self.assertEqual(self.table("du", "/tables/plain"), [
            "   SIZE  ALL COPIES   SHARE  PATH",
            "1.5 KiB     1.5 KiB  75.4 %  a",
            "  500 B       500 B  24.6 %  b c&d",
            "    0 B         0 B   0.0 %  \\x1b[31m",
            "2.0 KiB     2.0 KiB          /tables/plain"])
        self.assertEqual(self.table("du", "/tables")[1:], [
            "2.0 KiB     2.0 KiB  86.4 %  /tables/plain/",
            "  320 B       320 B  13.6 %  /tables/wide/",
            "2.3 KiB     2.3 KiB          /tables"])
        lines = self.table("du", "/tables/wide")
        self.assertEqual((len(lines), lines[-2].strip()), (1 + 30 + 2, "and 2 smaller ones"))
        self.assertEqual(self.table("du")[-1].split()[-1], "/")

    def test_summary(self):
        volume = self.ctl("summary", "/tables")
        for name, text in (("path", "/tables"), ("type", "VOLUME"), ("buckets", "2"),
                           ("directories", "0"), ("keys", "35"), ("owner", "bilbo")):
            self.assertEqual(self.field(name, volume), text)
        self.assertRegex(self.field("created", volume), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")
        self.assertNotIn("volumes", volume)
        self.assertEqual(self.field("volumes", self.ctl("summary")), "1")
        self.assertEqual(self.field("layout", self.ctl("summary", "/tables/plain")), "OBJECT_STORE")
        key = self.ctl("summary", "/tables/plain/a")
        self.assertEqual((self.field("type", key), self.field("size", key)),
                         ("KEY", "1,536 (1.5 KiB)"))
        self.assertNotIn("keys", key)

    def test_quota(self):
        quota = self.ctl("quota", "/tables")
        for name, text in (("used", "2,356 (2.3 KiB)"), ("allowed", "1,048,576 (1.0 MiB)"),
                           ("left", "1,046,220 (1021.7 KiB), 99.8 %")):
            self.assertEqual(self.field(name, quota), text)
        self.assertEqual(self.field("allowed", self.ctl("quota", "/tables/plain")), "no limit")

    def test_dist(self):
        self.assertEqual(self.table("dist", "/tables/plain"), [
            "  UP TO  KEYS   SHARE",
            "1.0 KiB     2  66.7 %  " + "#" * 40,
            "2.0 KiB     1  33.3 %  " + "#" * 20,
            "    all     3"])
        self.assertEqual(self.table("dist", "/tables/wide")[1:],
                         ["1.0 KiB    32  100.0 %  " + "#" * 40, "    all    32"])

    def test_json_is_the_answer(self):
        for command in ("summary", "quota", "dist"):
            got = json.loads(self.ctl(command, "/tables/plain/b c&d", "--json"))
            self.assertIn("status", got)
        self.assertEqual([row["path"] for row in json.loads(
            self.ctl("du", "/tables/plain", "--json"))["subPaths"]], ["a", "b c&d", "\x1b[31m"])

    def test_failures_have_a_next_step(self):
        for words, text, step in (
                (["du", "/tables/none"], "'/tables/none' is not there", "recon du"),
                (["summary", "/none"], "'/none' is not there", "recon du"),
                (["quota", "/tables/plain/a"], "has no quota", "bucket"),
                (["dist", "/tables/plain/a"], "is one key", "bucket"),
                (["du", "--url", self.url, "/tables"], "is illegal", "listen.recon")):
            errors = self.ctl(*words, code=1)
            self.assertIn(text, errors.splitlines()[0], words)
            self.assertIn(step, errors.splitlines()[1], words)
        errors = self.ctl("--url", NO_SERVER, "nodes", code=3)
        self.assertIn("DOBSON_RECON_URL", errors)
        for words, text in ((["nonsense"], "'nonsense' is not a command"), ([], "required"),
                            (["du", "tables"], "does not begin with '/'"),
                            (["unhealthy", "SICK"], "SICK")):
            errors = self.ctl(*words, code=2)
            self.assertIn(text, errors)
            self.assertTrue(errors.startswith("dobsonctl recon"), errors)


class OtherServer(Recon):
    """Windows as another server may show them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upstream = Upstream()
        cls.addClassCleanup(cls.upstream.close)

    @property
    def recon_url(self):
        return self.upstream.address

    def setUp(self):
        self.upstream.heads.clear()

    def plays(self, pages):
        """Answers by the targets below /api/v1."""
        bodies = {target: json.dumps(body, separators=(",", ":")).encode()
                  for target, body in pages.items()}

        def send(peer):
            target = self.upstream.heads[-1].split()[1].removeprefix("/api/v1")
            return answer(bodies[target])(peer)

        self.upstream.answer = send
        return bodies

    def test_unhealthy(self):
        target = "/containers/unhealthy?limit=1000&minContainerId="
        pages = {
            target + "0": page(unhealthy(3, "MISSING", (0, 1), []),
                               unhealthy(12, "UNDER_REPLICATED", (2, 3), ["dn1", "dn2"])),
            target + "12": page(unhealthy(999_999_999_999, "MIS_REPLICATED", (3, 3), ["a\x1b[2J"])),
            target + "999999999999": UNHEALTHY}
        bodies = self.plays(pages)
        self.assertEqual(self.table("unhealthy"), [
            "1 missing, 1,234 under-replicated, 0 over-replicated, 2 misplaced, 3 unlike",
            "   CONTAINER  STATE             COPIES          KEYS  SINCE UTC            HOSTS",
            "           3  MISSING           0 of 1         1,000  1970-01-01 01:00:00",
            "          12  UNDER_REPLICATED  2 of 3         1,000  1970-01-01 01:00:00  dn1, dn2",
            "999999999999  MIS_REPLICATED    3 of 3         1,000  1970-01-01 01:00:00  a\\x1b[2J"])
        self.assertEqual(self.ctl("unhealthy", "--json").encode(),
                         b"".join(body + b"\n" for body in bodies.values()))
        self.plays({"/containers/unhealthy/MISSING?limit=1000&minContainerId=0": UNHEALTHY})
        for state in ("MISSING", "missing"):
            self.assertEqual(len(self.table("unhealthy", state)), 1)

    def test_containers(self):
        def of(*rows):
            return {"data": {"totalCount": len(rows), "prevKey": rows[-1] if rows else 1001,
                             "containers": [{"ContainerID": row, "NumberOfKeys": row * 2,
                                             "pipelines": None} for row in rows]}}

        target = "/containers?limit=1000&prevKey="
        self.plays({target + "0": of(1, 9), target + "9": of(1001), target + "1001": of()})
        self.assertEqual(self.table("containers"), [
            "   CONTAINER          KEYS",
            "           1             2",
            "           9            18",
            "        1001         2,002"])
        self.plays({target + "0": of(5), target + "5": of(5)})
        self.assertIn("do not go on", self.ctl("containers", code=1))

    def test_nodes(self):
        self.plays({"/datanodes": {"totalCount": 2, "datanodes": [
            node("rack-1", HOUR_MS, 3 << 40), node("rack-22", 0, 0)]}})
        self.assertEqual(self.table("nodes"), [
            "STATE  OPERATION      USED     FREE  CAPACITY  CONTAINERS  LAST HEARTBEAT UTC   HOST",
            "STALE  IN_SERVICE  3.0 TiB  5.0 GiB  10.0 TiB           7  1970-01-01 01:00:00  rack-1",
            "STALE  IN_SERVICE      0 B  5.0 GiB  10.0 TiB           7  never                rack-22"])

    def test_tasks(self):
        def task(name, at, status, runs):
            return {"taskName": name, "lastUpdatedTimestamp": at, "lastUpdatedSeqNumber": 12345,
                    "lastTaskRunStatus": status, "isCurrentTaskRunning": runs}

        self.plays({"/task/status": [task("OmDeltaRequest", HOUR_MS, 0, 0),
                                     task("ContainerHealthTask", 0, -1, 1),
                                     task("NSSummaryTask", 0, 0, 0)]})
        self.assertEqual(self.table("tasks"), [
            "LAST RUN UTC         RESULT  NOW    POSITION  TASK",
            "1970-01-01 01:00:00  done    waits    12,345  OmDeltaRequest",
            "never                failed  runs     12,345  ContainerHealthTask",
            "never                -       waits    12,345  NSSummaryTask"])

    def test_answers_that_are_none(self):
        for body in (b"", b"[]", b"{}", b"null", b"<html>", b'{"data":{}}', b"[1]", b'[{"a":1}]'):
            self.upstream.answer = answer(body)
            for words in (["du"], ["summary"], ["quota"], ["dist"], ["unhealthy"], ["containers"],
                          ["nodes"], *([] if body == b"[]" else [["tasks"]])):
                self.assertIn("is not understood", self.ctl(*words, code=1), (words, body))
        self.upstream.answer = answer(b'{"message":"There is no such page."}', "404 Not Found")
        errors = self.ctl("nodes", code=1).splitlines()
        self.assertIn("There is no such page.", errors[0])
        self.assertIn("/-/api", errors[1])
        self.upstream.answer = answer(b'{"message":"x"}', "503 Later")
        self.assertIn("try again later", self.ctl("nodes", code=1))


if __name__ == "__main__":
    outsider.main()
