"""§2, §2.1: what all requests have in common; §4.16."""

import os
import re

import support
from recon import case
from recon.case import BASE, OwnServerCase, ReconCase, asked

ALLOW = "HEAD,GET,OPTIONS"
GOOD = {200, 204}


class TestEveryRoute(ReconCase):
    def paths(self):
        """Of routes that are only read, and answer JSON."""
        routes = case.declared.of_family("recon")
        others = {route.path for route in routes if route.method != "GET"}
        for route in routes:
            if route.path in others or "{jobId}" in route.path or route.path.endswith("/download"):
                continue
            given = {p["name"]: p.get("example", "/") for p in route.params
                     if p["in"] == "query" and (p.get("required") or p["name"] == "uuid")}
            examples = {p["name"]: p.get("example") for p in route.params if p["in"] == "path"}
            yield route, route.path.removeprefix(BASE).format(**examples), asked("", given)

    def test_get_and_head_are_alike(self):
        for _, path, query in self.paths():
            for slash in ("", "/"):
                got = self.call(path + slash + query)
                self.assertIn(got.status, GOOD, path)
                length = self.call(path + slash + query, "HEAD")["Content-Length"]
                self.assertEqual(length, got["Content-Length"], path)

    def test_methods(self):
        for _, path, query in self.paths():
            options = self.call(path + query, "OPTIONS")
            self.assertEqual((options.status, options["Allow"], options.body,
                              options["Content-Type"]), (200, ALLOW, b"", None))
            for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
                self.assertEqual(self.refused(405, path + query, method)["Allow"], ALLOW)

    def test_accept(self):
        for _, path, query in self.paths():
            for accept in ("*/*", "application/json", "application/*", "text/html, */*;q=0.1",
                           "text/plain,Application/JSON;charset=utf-8"):
                reply = self.call(path + query, headers=[("Accept", accept)])
                self.assertIn(reply.status, GOOD)
            for accept in ("application/xml", "text/plain", "text/*,application/jsonx"):
                self.refused(406, path + query, headers=[("Accept", accept)])

    def test_integers(self):
        for route, path, query in self.paths():
            for param in route.params:
                if param["schema"]["type"] != "integer":
                    continue
                asks = (query + "&" if query else "?") + param["name"]
                schema = param["schema"]
                least, most = (schema.get(name, limit) for name, limit in (
                    ("minimum", -1 << 63), ("maximum", (1 << 63) - 1)))
                for good in ("", most, "007"):
                    self.assertIn(self.call(f"{path}{asks}={good}").status, GOOD)
                negative = self.call(f"{path}{asks}={least}").status
                self.assertIn(negative, GOOD | ({400, 406} if least < 0 else set()))
                for bad in ("abc", "1.5", "%201", "1%20", "+1", "0x1", least - 1, most + 1,
                            "9" * 30):
                    reply = self.refused(400, f"{path}{asks}={bad}")
                    self.assertIn(param["name"], reply.json()["message"])

    def test_queries(self):
        for _, path, query in self.paths():
            join = "&" if query else "?"
            reply = self.call(f"{path}{query}{join}what=ever&limit=1&limit=x")
            self.assertIn(reply.status, GOOD)
            for bad in ("x=%zz", "x=%FF", "x=%"):
                self.refused(400, f"{path}{query}{join}{bad}")

    def test_long_targets(self):
        for _, path, query in self.paths():
            target = path + (query + "&" if query else "?") + "x="
            self.refused(414, target + "a" * (8193 - len(BASE + target)))
            connection = self.connections.pop("recon", None)
            self.assertIsNone(connection)


class TestReplies(ReconCase):
    def test_unknown_paths(self):
        for path in ("", "/", "/nosuch", "/namespace", "/namespace/", "/namespace/nosuch",
                     "/volumes/vol", "/clusterState//", "/ClusterState"):
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                self.assertIsNone(self.refused(404, path, method)["Allow"])

    def test_own_pages_are_those_of_this_listener(self):
        document = support.own_page(self.addresses["recon"], "/-/openapi.json")
        self.assertIn(b'"/api/v1/volumes"', document)
        self.assertNotIn(b'"/{volume}"', document)
        other = support.own_page(self.addresses["ozone"], "/-/openapi.json")
        self.assertNotIn(b"/api/v1/volumes", other)
        for page, status in (("healthy", 200), ("ready", 200), ("api", 200), ("nosuch", 404)):
            data = support.request_bytes("GET", "/-/" + page, [("Host", "localhost")])
            self.assertEqual(self.exchange("recon", data).status, status)

    def test_metrics_name_a_series_once(self):
        lines = support.own_page(self.addresses["recon"], "/-/metrics").decode().splitlines()
        series = [line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")]
        self.assertEqual(len(series), len(set(series)))
        self.assertTrue(any('family="recon",route="list_volumes"' in line for line in series))

    def test_a_body_is_dropped(self):
        data = support.request_bytes("GET", BASE + "/volumes?limit=0", [("Host", "localhost")],
                                     b"ignored")
        self.assertEqual(self.exchange("recon", data).json(), {"totalCount": 0, "volumes": []})
        self.assertEqual(self.get("/volumes", limit=0)["totalCount"], 0)


class TestRawQueries(ReconCase):
    """§7.25: bytes of a query that are not percent-encoded."""

    NAMES = ("\"<>[]{}|\\^`';,!$*()@:~", "b ü")

    @classmethod
    def load(cls, world):
        cls.bucket_path = "/" + world.volume() + "/buc"
        world.bucket(*cls.bucket_path.strip("/").split("/"), True)
        for name in cls.NAMES:
            world.key(*cls.bucket_path.strip("/").split("/"), name + "/key", 7)

    def test_what_the_parser_lets_pass(self):
        for name in (self.NAMES[0], "b%20%C3%BC", "b+%c3%bc"):
            reply = self.call(f"/namespace/usage?path={self.bucket_path}/{name}")
            found = reply.json()
            self.assertEqual((found["status"], found["size"]), ("OK", 7), name)

    def test_what_it_does_not(self):
        utf8 = "ü".encode().decode("latin-1")
        for name in ("b ü", "b%20" + utf8, "b %C3%BC", "b\t", "b\x7f", "b\0", "b\xff"):
            connection = support.Connection(self.addresses["recon"])
            data = support.request_bytes("GET", f"{BASE}/namespace/usage?path=/vol/{name}",
                                         [("Host", "localhost")])
            connection.send(data * 2)
            reply = connection.reply()
            self.assertEqual((reply.status, reply["Connection"]), (400, "close"), name)
            self.check_form(reply, "GET")
            self.assertTrue(connection.at_end())
            connection.close()


class TestFrontPage(ReconCase):
    """§5.8: what stands at `/` without web pages."""

    def page(self, method="GET"):
        data = support.request_bytes(method, "/", [("Host", "localhost")])
        reply = self.exchange("recon", data, method)
        self.assertEqual((reply.status, reply["Content-Type"]), (200, "text/html; charset=utf-8"))
        return reply

    def test_every_request_is_told(self):
        reply = self.page()
        self.assertEqual(self.page("HEAD")["Content-Length"], str(len(reply.body)))
        text = reply.body.decode()
        self.assertIn("Ozone Recon", text)
        for route in case.declared.of_family("recon"):
            self.assertIn(f">{route.path}<", text)

    def test_links_lead_somewhere(self):
        links = re.findall(r'href="([^"]*)"', self.page().body.decode())
        self.assertGreater(len(links), 3)
        for link in links:
            data = support.request_bytes("GET", link, [("Host", "localhost")])
            self.assertIn(self.exchange("recon", data).status, (200, 204), link)

    def test_other_methods(self):
        data = support.request_bytes("POST", "/", [("Host", "localhost")])
        reply = self.exchange("recon", data, "POST")
        self.assertEqual((reply.status, reply["Allow"]), (405, "GET, HEAD"))


class TestFeatures(ReconCase):
    def test_heat_maps_are_hidden(self):
        self.assertEqual(self.get("/features/disabledFeatures"), ["HEATMAP"])
        self.assertEqual(self.get("/heatmap/healthCheck")["status"], 200)
        self.refused(404, "/heatmap/readaccess?startDate=24H&path=&entityType=key")


class TestClusterState(ReconCase):
    FIELDS = ["deletedDirs", "pipelines", "totalDatanodes", "healthyDatanodes", "storageReport",
              "containers", "missingContainers", "openContainers", "deletedContainers", "volumes",
              "buckets", "keys", "keysPendingDeletion", "scmServiceId", "omServiceId"]
    STORAGE = ["capacity", "used", "remaining", "committed", "minimumFreeSpace", "reserved",
               "filesystemCapacity", "filesystemUsed", "filesystemAvailable"]

    def test_counts(self):
        before = self.settled()
        self.assertEqual(list(before), self.FIELDS)
        self.assertEqual((before["scmServiceId"], before["omServiceId"]), (None, None))
        volume = self.volume()
        self.bucket(volume, "buc", True)
        for name in ("a", "d/b"):
            self.key(volume, "buc", name, 10)
        after = self.get("/clusterState")
        self.assertEqual([after[name] - before[name] for name in ("volumes", "buckets", "keys")],
                         [1, 1, 2])
        self.assertEqual(after["storageReport"]["used"] - before["storageReport"]["used"], 20)
        summary = self.namespace("summary", "/")
        self.assertEqual([after[name] for name in ("volumes", "buckets", "keys")],
                         [summary[name] for name in ("numVolume", "numBucket", "numKey")])
        self.assertEqual((after["totalDatanodes"], after["healthyDatanodes"]), (1, 1))
        self.assertGreaterEqual(after["containers"], after["openContainers"])
        self.assertGreaterEqual(after["openContainers"], 1)

    def test_storage(self):
        report = self.get("/clusterState")["storageReport"]
        self.assertEqual(list(report), self.STORAGE)
        space = os.statvfs("/tmp")
        self.assertEqual(report["capacity"], space.f_blocks * space.f_frsize)
        self.assertEqual(report["filesystemCapacity"], report["capacity"])
        self.assertEqual(report["filesystemAvailable"], report["remaining"])
        self.assertLess(report["remaining"], report["capacity"])
        self.assertEqual(report["minimumFreeSpace"], 1 << 30)
        self.assertGreater(report["committed"], 0)


class TestDamage(OwnServerCase):
    """§2.1: an unexpected failure."""

    def test_a_damaged_row(self):
        self.volume(user="owner-of-the-damaged")
        path = os.path.join(self.server.data, "state", "data.mdb")
        with open(path, "r+b") as file:
            rows = file.read()
            at = rows.find(b"\x14owner-of-the-damaged")
            while at >= 0:  # the length of the owner's name: longer than the row
                file.seek(at)
                file.write(b"\xff")
                at = rows.find(b"\x14owner-of-the-damaged", at + 1)
        self.refused(500, "/volumes")
        self.assertEqual(self.get("/clusterState")["volumes"], 1)
