"""§4.20: dead storage nodes are forgotten."""

import json
import os
import shutil
import tempfile

import recon_recording as recording
import support
from recon.case import ReconCase

PAGE = "/datanodes/remove"
JSON = [("Content-Type", "application/json")]
UNKNOWN = "00000000-0000-0000-0000-000000000001"


class RemovalCase(ReconCase):
    def remove(self, *nodes, headers=tuple(JSON)):
        reply = self.call(PAGE, "PUT", headers, json.dumps(nodes).encode())
        self.assertEqual(reply.status, 200, reply)
        return reply.json()

    def nodes(self):
        return self.get("/datanodes")["datanodes"]


def unknown_row(node):
    return {"uuid": node, "hostname": "", "state": "DEAD", "pipelines": None}


class TestBody(RemovalCase):
    def test_unknown_nodes(self):
        other = UNKNOWN[:-1] + "f"
        self.assertEqual(self.remove(UNKNOWN, other.upper(), UNKNOWN), {"datanodesResponseMap": {
            "notFoundDatanodes": {"totalCount": 3, "datanodes": [
                unknown_row(UNKNOWN), unknown_row(other), unknown_row(UNKNOWN)]}}})

    def test_a_healthy_node(self):
        node, = self.nodes()
        self.assertEqual(self.remove(node["uuid"], node["uuid"]), {"datanodesResponseMap": {
            "failedDatanodes": {"totalCount": 1, "errors": {
                node["uuid"]: "DataNode should be in DEAD node status."}}}})
        self.assertEqual([each["uuid"] for each in self.nodes()], [node["uuid"]])

    def test_malformed_bodies(self):
        for body in (b"", b"null", b"[]", b"[", b"{}", b'{"a":1}', b"[1]", b"[null]", b'["xyz"]',
                     b'[["%s"]]' % UNKNOWN.encode(), b'["%s",]' % UNKNOWN.encode(),
                     b'["%s"' % UNKNOWN.encode(), b'["%s"] x' % UNKNOWN.encode(),
                     b'["%s","%s"]' % (UNKNOWN.encode(), UNKNOWN[1:].encode()),
                     b'["\xff"]', b"[" * 5000):
            reply = self.refused(400, PAGE, "PUT", JSON, body)
            self.assertIn("UUIDs", reply.json()["message"])

    def test_media_types(self):
        for good in ("application/json; charset=utf-8", "Application/JSON"):
            self.remove(UNKNOWN, headers=[("Content-Type", good)])
        self.refused(400, PAGE, "PUT")
        body = json.dumps([UNKNOWN]).encode()
        for bad in ([], [("Content-Type", "text/plain")], [("Content-Type", "application/jsonx")]):
            self.refused(415, PAGE, "PUT", bad, body)

    def test_length(self):
        list_of = json.dumps([UNKNOWN] * 1600).encode()
        self.assertEqual(self.call(PAGE, "PUT", JSON, list_of.ljust(1 << 16)).status, 200)
        self.refused(400, PAGE, "PUT", JSON, list_of.ljust((1 << 16) + 1))
        chunk = list_of.ljust((1 << 16) + 1)
        chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(chunk), chunk)
        headers = [*JSON, ("Transfer-Encoding", "chunked"), ("Host", "localhost")]
        data = support.request_bytes("PUT", "/api/v1" + PAGE, headers) + chunked
        self.assertEqual(self.exchange("recon", data, "PUT").status, 400)

    def test_methods(self):
        self.assertEqual(self.call(PAGE, "OPTIONS")["Allow"], "PUT,OPTIONS")
        for method in ("GET", "HEAD", "POST", "DELETE", "PATCH"):
            self.assertEqual(self.refused(405, PAGE, method)["Allow"], "PUT,OPTIONS")


class TestDead(RemovalCase):
    """A server that was given another directory: the node of the first one dies."""

    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="dobsond-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = None
        self.start("first")

    def start(self, node):
        if self.server:
            self.tearDown()
            self.server.stop()
        directory = os.path.join(self.folder, node)
        self.server = support.Server(
            self.program, [f"blocks.nodes={directory}", "nodes.stale_after=1 s",
                           "nodes.dead_after=2 s", "blocks.check_interval=1 h"],
            directory=self.folder)
        self.addCleanup(lambda server: server.process.poll() is None and server.kill(), self.server)
        self.addresses = self.server.addresses

    def tearDown(self):
        super().tearDown()
        self.connections = {}

    def node_that(self, is_right):
        page = self.until("/datanodes", lambda page: any(map(is_right, page["datanodes"])))
        return next(filter(is_right, page["datanodes"]))

    def dead_node(self):
        return self.node_that(lambda node: node["state"] == "DEAD")

    def hold_a_container(self):
        self.volume("vol")
        self.bucket("vol", "buc")
        self.key("vol", "buc", "key", 10)
        return self.node_that(lambda node: node["openContainers"] == 1)

    def test_recorded(self):
        """As recorded, but: no uuid of theirs; buildDate (§4.19); removedNodes (D4)."""
        self.start("second")
        dead = self.dead_node()
        alive, = (node for node in self.nodes() if node["uuid"] != dead["uuid"])
        theirs = {"f04ff9db-f80b-47df-a2d1-06f95c54eff1": alive["uuid"],
                  "39f2e682-5d42-4f5c-845f-65bd9a8cda3a": dead["uuid"]}
        seen = []
        for step in recording.load("datanodes-remove"):
            if step.method != "PUT":
                continue
            body, recorded = step.body.decode(), step.response["body"]
            for old, new in theirs.items():
                body, recorded = body.replace(old, new), recorded.replace(old, new)
            reply = self.call(PAGE, "PUT", step.headers[1:], body.encode())
            self.assertEqual(reply.status, step.response["status"])
            expected, got = json.loads(recorded), reply.json()
            removed = expected["datanodesResponseMap"].get("removedDatanodes")
            if removed:
                row, = removed["datanodes"]
                row |= {name: dead[name] for name in
                        ("hostname", "version", "setupTime", "revision", "layoutVersion")}
                names = list(row)
                names.insert(names.index("layoutVersion"), "buildDate")
                row["buildDate"] = ""
                removed["datanodes"] = [{name: row[name] for name in names}]
                expected["removedNodes"] = removed | {"message": "Success"}
            self.assertEqual(json.dumps(expected), json.dumps(got))
            seen.append(step.name)
        self.assertEqual(len(seen), 2)
        self.assertEqual([node["uuid"] for node in self.nodes()], [alive["uuid"]])

    def test_nothing_before_all_is_read(self):
        self.start("second")
        dead = self.dead_node()["uuid"]
        self.refused(400, PAGE, "PUT", JSON, json.dumps([dead, "xyz"]).encode())
        self.assertEqual(self.dead_node()["uuid"], dead)
        removed = self.remove(dead, dead)["datanodesResponseMap"]
        self.assertEqual(removed["removedDatanodes"]["totalCount"], 1)
        self.assertEqual(removed["notFoundDatanodes"]["datanodes"], [unknown_row(dead)])

    def test_it_holds_an_open_container(self):
        """Its directory is lost while it takes blocks. A start without it closes them."""
        self.hold_a_container()
        directory = os.path.join(self.folder, "first")
        os.rename(directory, directory + ".lost")
        dead = self.dead_node()
        self.assertEqual((dead["containers"], dead["openContainers"]), (1, 0))
        node = dead["uuid"]
        for _ in range(2):
            self.assertEqual(self.remove(node), {"datanodesResponseMap": {"failedDatanodes": {
                "totalCount": 1, "errors": {node: "Open Containers/Pipelines"}}}})
            self.assertEqual([each["uuid"] for each in self.nodes()], [node])
        self.start("second")
        dead = self.dead_node()
        self.assertEqual((dead["uuid"], dead["containers"]), (node, 1))
        self.assertIn("removedDatanodes", self.remove(node)["datanodesResponseMap"])

    def test_it_is_forgotten_for_good_but_comes_back(self):
        self.start("second")
        dead = self.dead_node()["uuid"]
        self.remove(dead)
        self.start("second")
        self.assertNotIn(dead, [node["uuid"] for node in self.nodes()])
        self.start("first")
        self.assertIn((dead, "HEALTHY"), [(node["uuid"], node["state"]) for node in self.nodes()])
