"""§4.8, §8.3 «open keys», D3, D9, D24 to D26: keys whose bytes are on their way, and multipart
uploads."""

import contextlib
import time
import urllib.parse

import support
from recon.case import STANDARD, OwnServerCase, asked

SHALLOW = "Invalid startPrefix: Path must be at the bucket level or deeper."
ROW = ["key", "path", "inStateSince", "size", "replicatedSize", "replicationInfo", "creationTime",
       "modificationTime", "isKey"]
SEED_ROW = ["path", "keyState", "inStateSince", "size", "replicatedSize", "unreplicatedSize",
            "replicationType", "replicationFactor"]
BOTH = {"includeFso": "true", "includeNonFso": "true"}


class OpenCase(OwnServerCase):
    """What is open is seen by all."""

    @classmethod
    def load(cls, world):
        cls.writers = contextlib.ExitStack()
        world.fill()

    @classmethod
    def tearDownClass(cls):
        cls.writers.close()
        super().tearDownClass()

    def fill(self):
        pass

    def open(self, path, announced=1000, sent=0):
        """A PUT that stops after some of its bytes; waits until it is among the open keys."""
        before = self.count()
        writer = support.Connection(self.addresses["ozone"])
        self.writers.callback(writer.close)
        target = "/" + urllib.parse.quote(path)
        length = [("Content-Length", announced)] if announced is not None else [
            ("Transfer-Encoding", "chunked")]
        writer.send(support.request_bytes("PUT", target, [*STANDARD, *length]) + bytes(sent))
        self.wait_until(lambda: self.count() > before)
        return writer

    def start(self, path):
        """The id of a multipart upload."""
        return self.made("POST", f"/{urllib.parse.quote(path)}?uploads", status=200).json()[
            "uploadID"]

    def part(self, path, upload, size):
        self.made("PUT", f"/{urllib.parse.quote(path)}?partNumber=1&uploadId={upload}",
                  body=bytes(size))

    def wait_until(self, holds):
        deadline = time.monotonic() + support.TIMEOUT_S
        while not holds():
            self.assertLess(time.monotonic(), deadline)

    def count(self):
        return len(self.get("/keys/open", limit=-1)["entities"])

    def page(self, **query):
        """The two lists of a page, checked; None: there is nothing."""
        reply = self.call(asked("/keys/open", BOTH | query))
        if reply.status == 204:
            return None
        self.assertEqual(reply.status, 200, reply)
        page = reply.json()
        rows = page.get("nonFSO", []) + page.get("fso", [])
        self.assertEqual(list(page), [
            "lastKey", "replicatedDataSize", "unreplicatedDataSize",
            *(name for name in ("nonFSO", "fso") if page.get(name)), "status", "replicatedTotal",
            "unreplicatedTotal"])
        self.assertEqual(page["lastKey"], rows[-1]["key"])
        for name, field in (("replicated", "replicatedSize"), ("unreplicated", "size")):
            total = sum(row[field] for row in rows)
            self.assertEqual([page[f"{name}DataSize"], page[f"{name}Total"]], [total] * 2)
        for row in rows:
            self.assertEqual(list(row), ROW)
        self.last_key = page["lastKey"]
        return page

    def paths(self, **query):
        page = self.page(**query)
        return page and [row["path"] for row in page.get("nonFSO", []) + page.get("fso", [])]

    def all_pages(self, **query):
        found, cursor = [], {}
        while (page := self.paths(**query, **cursor)) is not None:
            found.append(page)
            cursor = {"prevKey": self.last_key}
        return found


class TestSearch(OpenCase):
    """The tree of the original's test: bucketa1 with directories, bucketb1 and bucketc1 without."""

    TREE = ["dira1/innerfile", "dira2/innerfile",
            *(f"dira3/dira31/dira32/dira33/file{i}" for i in range(1)),
            *(f"dira3/dira31/dira32/file{i}" for i in range(2)),
            *(f"dira3/dira31/file{i}" for i in range(3)), *(f"dira3/file{i}" for i in range(4)),
            "filea1", "filea2"]
    B, C = [f"fileb{i}" for i in range(1, 6)], [f"filec{i}" for i in range(1, 8)]

    def fill(self):
        for volume, bucket, tree, keys in (("vola", "bucketa1", True, self.TREE),
                                           ("volb", "bucketb1", False, self.B),
                                           ("volc", "bucketc1", False, self.C)):
            self.volume(volume)
            self.bucket(volume, bucket, tree)
            for key in keys:
                self.open(f"{volume}/{bucket}/{key}")
        self.bucket("vola", "empty", True)

    def below(self, prefix):
        return [f"vola/bucketa1/{key}" for key in self.TREE if key.startswith(prefix)]

    def test_prefixes(self):
        page = self.page(startPrefix="/volb/bucketb1")
        self.assertNotIn("fso", page)
        self.assertEqual([row["path"] for row in page["nonFSO"]],
                         [f"volb/bucketb1/{key}" for key in self.B])
        self.assertEqual((page["unreplicatedDataSize"], page["replicatedDataSize"]), (5000, 5000))
        self.assertTrue(page["lastKey"].startswith("/volb/bucketb1/fileb5/"))
        for prefix, count in (("dira1", 1), ("dira3", 10), ("dira3/dira31", 6),
                              ("dira3/dira31/dira32", 3), ("dira3/dira31/dira32/dira33/", 1)):
            found = self.paths(startPrefix=f"/vola/bucketa1/{prefix}")
            self.assertEqual(found, self.below(prefix))
            self.assertEqual(len(found), count)
        self.assertEqual(self.paths(startPrefix="//vola//bucketa1//dira1//"), self.below("dira1"))
        self.assertEqual(self.paths(startPrefix="/vola/bucketa1/filea1"), self.below("filea1"))
        page = self.page(startPrefix="/vola/bucketa1", limit=2)
        self.assertNotIn("nonFSO", page)
        self.assertEqual(len(page["fso"]), 2)
        self.assertEqual(self.paths(startPrefix="/volb/bucketb1/fileb3"), ["volb/bucketb1/fileb3"])
        names = {"includeFso": "false"}
        self.assertEqual(len(self.paths(startPrefix="/volb/buck", **names)), 5)
        self.assertIsNone(self.paths(startPrefix="volb/bucketb1"))
        self.assertIsNone(self.paths(startPrefix="/volb/bucketb1/", includeNonFso="false"))

    def test_what_is_not_there(self):
        for prefix in ("/volb/none", "/none/none", "/vola/bucketa1/none", "/vola/bucketa1/dira",
                       "/vola/bucketa1/filea1/x", "/vola/empty", "/volb/bucketb1/x"):
            self.assertIsNone(self.paths(startPrefix=prefix), prefix)

    def test_refusals(self):
        for prefix in ("/", "/vola", "/vola/", "///", "@323232"):
            for include in (BOTH, {}, {"includeNonFso": "true"}):
                reply = self.refused(400, asked("/keys/open", include | {"startPrefix": prefix}))
                self.assertEqual(reply.json(), {"message": SHALLOW})
        reply = self.refused(400, asked("/keys/open", BOTH | {"startPrefix": "/a/b"}))
        self.assertEqual(reply.json(), {
            "message": "Invalid argument: Bucket or Volume name length should be between 3 and 63"})
        self.assertEqual(self.call(asked("/keys/open", {
            "includeNonFso": "true", "startPrefix": "/volb/bu"})).status, 200)
        target = asked("/keys/open", BOTH | {"prevKey": "/281474976710657/1/2/f/1"})
        self.assertEqual(self.refused(400, target).json(),
                         {"message": "prevKey is of a directory that is gone"})

    def test_pages(self):
        self.assertEqual([len(page) for page in self.all_pages(startPrefix="/volb/bucketb1",
                                                               limit=2)], [2, 2, 1])
        every = self.paths(limit=-1)
        self.assertEqual(every, [f"volb/bucketb1/{key}" for key in self.B] +
                         [f"volc/bucketc1/{key}" for key in self.C] + self.below(""))
        for limit in (1, 3, 4, 11, 12, 13, len(every), len(every) + 1):
            pages = self.all_pages(limit=limit)
            self.assertEqual([path for page in pages for path in page], every)
            self.assertTrue(all(len(page) == limit for page in pages[:-1]))

    def test_cursors(self):
        self.page(startPrefix="/volb/bucketb1", limit=1)
        self.assertEqual(self.paths(startPrefix="/volb/bucketb1", prevKey=self.last_key, limit=4),
                         [f"volb/bucketb1/fileb{i}" for i in range(2, 6)])
        names = {"includeFso": "false"}
        for cursor, count in (("/a", 12), ("/volb/bucketb1/fileb3", 10), ("/volb/bucketb1x", 7),
                              ("/volb/bucketb1/fileb3x", 9), ("/volb/bucketb2/x", 7)):
            self.assertEqual(len(self.paths(prevKey=cursor, **names)), count, cursor)
        self.assertIsNone(self.paths(prevKey="/zzz", **names))
        self.assertIsNone(self.paths(startPrefix="/volb/bucketb1", prevKey="/zzz"))

    def test_includes(self):
        for query, count in (({}, None), ({"includeFso": "1"}, None), ({"includeFso": "TRUE"}, 14),
                             ({"includeNonFso": "true"}, 12), (BOTH, 26)):
            include = {"includeFso": "false", "includeNonFso": "false"} | query
            found = self.paths(**include)
            self.assertEqual(found and len(found), count)
        for limit in (0, -2):
            self.assertIsNone(self.paths(limit=limit))
        self.assertEqual(len(self.paths(limit="")), 26)

    def test_form_of_the_seed(self):
        page = self.get("/keys/open", limit=13)
        self.assertEqual(list(page), ["lastKey", "replicatedDataSize", "unreplicatedDataSize",
                                      "entities", "status", "replicatedTotal", "unreplicatedTotal"])
        self.assertEqual((page["replicatedTotal"], page["unreplicatedTotal"]), (13000, 13000))
        self.assertEqual([row["path"] for row in page["entities"]],
                         ["/" + path for path in self.paths(limit=13)])
        for row in page["entities"]:
            self.assertEqual(list(row), SEED_ROW)
        self.assertEqual(row | {"inStateSince": 0}, {
            "path": "/vola/bucketa1/dira1/innerfile", "keyState": "Open", "inStateSince": 0,
            "size": 1000, "replicatedSize": 1000, "unreplicatedSize": 1000,
            "replicationType": "RATIS", "replicationFactor": "ONE"})
        nothing = {"lastKey": "", "replicatedDataSize": 0, "unreplicatedDataSize": 0,
                   "entities": [], "status": "OK", "replicatedTotal": 0, "unreplicatedTotal": 0}
        self.assertEqual(self.get("/keys/open", startPrefix="/vola/empty"), nothing)
        self.assertEqual(self.get("/keys/open", limit=0), nothing)


class TestRows(OpenCase):
    def fill(self):
        self.volume("vol")
        self.bucket("vol", "obs")
        self.bucket("vol", "fso", True)

    def row(self, prefix, **query):
        page = self.page(startPrefix=prefix, **query)
        return page and (page.get("nonFSO", []) + page.get("fso", []))[0]

    def test_row(self):
        writer = self.open("vol/obs/a/b", 7, 3)
        row = self.row("/vol/obs/a/b")
        volume = row["key"].rpartition("/")
        self.assertEqual(volume[0], "/vol/obs/a/b")
        self.assertGreater(int(volume[2]), 0)
        self.assertAlmostEqual(row["creationTime"] / 1000, time.time(), delta=3600)
        self.assertEqual(len({row[name] for name in ("creationTime", "modificationTime",
                                                     "inStateSince")}), 1)
        times = dict.fromkeys(("creationTime", "modificationTime", "inStateSince"), 0)
        self.assertEqual(row | times | {"key": ""}, {
            "key": "", "path": "vol/obs/a/b", "inStateSince": 0, "size": 7, "replicatedSize": 7,
            "replicationInfo": {"replicationFactor": "ONE", "requiredNodes": 1, "minimumNodes": 1,
                                "replicationType": "RATIS"},
            "creationTime": 0, "modificationTime": 0, "isKey": True})
        writer.send(b"x" * 4)
        self.assertEqual(writer.reply("PUT").status, 201)
        self.assertIsNone(self.row("/vol/obs/a/b"))

    def test_a_size_that_is_not_announced_is_what_has_come(self):
        writer = self.open("vol/obs/chunked", None)
        self.assertEqual(self.row("/vol/obs/chunked")["size"], 0)
        writer.send(b"5\r\nabcde\r\n")
        self.wait_until(lambda: self.row("/vol/obs/chunked")["size"] == 5)
        writer.send(b"2\r\nfg\r\n")
        self.wait_until(lambda: self.row("/vol/obs/chunked")["size"] == 7)
        writer.send(b"0\r\n\r\n")
        self.assertEqual(writer.reply("PUT").status, 201)
        self.assertIsNone(self.row("/vol/obs/chunked"))

    def test_who_goes_leaves_nothing(self):
        for path in ("vol/obs/left", "vol/fso/d/left"):
            self.open(path, 10, 5).close()
            self.wait_until(lambda: self.row("/" + path) is None)
        writer = self.open("vol/obs/wrong", None)
        writer.send(b"no chunk\r\n")
        self.assertEqual(writer.reply("PUT").status, 400)
        self.wait_until(lambda: self.row("/vol/obs/wrong") is None)

    def test_two_writers_of_a_key(self):
        writers = [self.open("vol/obs/both", 1) for _ in range(2)]
        page = self.page(startPrefix="/vol/obs/both")
        self.assertEqual(len({row["key"] for row in page["nonFSO"]}), 2)
        pages = self.all_pages(startPrefix="/vol/obs/both", limit=1)
        self.assertEqual(len(pages), 2)
        for writer in writers:
            writer.send(b"x")
            self.assertEqual(writer.reply("PUT").status, 201)
        self.assertIsNone(self.row("/vol/obs/both"))

    def test_files(self):
        """A raw key leads as far as there are directories."""
        self.key("vol", "fso", "d/e/there")
        rows = self.get("/keys/listKeys", startPrefix="/vol/fso/d/e")["keys"]
        inner = rows[0]["key"].removesuffix("there")
        volume, bucket, _ = inner[1:-1].split("/")
        writers = [self.open(f"vol/fso/{key}", 1) for key in ("d/e/f", "d/e/new/f", "new/new/f",
                                                              "top")]
        shown = self.page(startPrefix="/vol/fso")["fso"]
        self.assertEqual([row["path"] for row in shown],
                         [f"vol/fso/{key}" for key in ("d/e/f", "d/e/new/f", "new/new/f", "top")])
        self.assertEqual([row["key"].rpartition("/")[0] for row in shown],
                         [inner + "f", inner + "new/f", f"/{volume}/{bucket}/{bucket}/new/new/f",
                          f"/{volume}/{bucket}/{bucket}/top"])
        cursors = [row["key"] for row in shown]
        for writer in writers:
            writer.send(b"x")
            self.assertEqual(writer.reply("PUT").status, 201)
        other = self.open("vol/fso/e", 1)
        for cursor, follows in zip(cursors, (True, True, False, False)):
            self.assertEqual(self.row("/vol/fso", prevKey=cursor) is not None, follows)
        other.close()
        self.wait_until(lambda: self.row("/vol/fso") is None)


class TestUploads(OpenCase):
    """Rule 6."""

    def fill(self):
        self.volume("vol")
        for name, tree in (("obs", False), ("fso", True), ("obs-x", False)):
            self.bucket("vol", name, tree)

    def test_they_stand_among_the_keys(self):
        names = ["a", "b/c", "b/c", "b/d"]
        expected = []
        for bucket in ("fso", "obs", "obs-x"):
            for name in names:
                expected.append((f"/vol/{bucket}/{name}", self.start(f"vol/{bucket}/{name}")))
        writers = [self.open(f"vol/{bucket}/{name}", 5) for bucket in ("obs", "fso")
                   for name in ("a", "b/c", "b/cc")]
        page = self.page()
        found = {}
        for row in page["nonFSO"] + page["fso"]:
            last = row["key"].rpartition("/")[2]
            self.assertEqual((row["isKey"], row["size"]), (False, 0) if len(last) == 16 else
                             (True, 5))
            if not row["isKey"]:
                found.setdefault("/" + row["path"], []).append(last)
        for path, upload in expected:
            self.assertIn(upload, found[path])
        self.assertEqual([row["path"] for row in page["nonFSO"] if "/obs/" in row["path"]],
                         [f"vol/obs/{name}" for name in ("a", "a", "b/c", "b/c", "b/c", "b/cc",
                                                         "b/d")])
        every = self.paths()
        self.assertEqual(len(every), len(expected) + len(writers))
        for limit in (1, 2, 5, 17, 18):
            pages = self.all_pages(limit=limit)
            self.assertEqual([path for each in pages for path in each], every, limit)
        prefix = "/vol/obs/b/c/" + found["/vol/obs/b/c"][1]
        self.assertEqual(self.paths(startPrefix=prefix), ["vol/obs/b/c"])
        self.assertEqual(len(self.paths(startPrefix="/vol/obs", includeFso="false")), 11)
        self.assertEqual(self.paths(startPrefix="/vol/fso/b/c"), ["vol/fso/b/c"] * 3)
        self.assertEqual(self.get("/keys/open", limit=-1)["unreplicatedTotal"], 30)
        self.part("vol/obs/b/c", found["/vol/obs/b/c"][0], 70)
        self.part("vol/fso/a", found["/vol/fso/a"][0], 700)
        self.assertEqual(list(self.get("/keys/open/summary").items()), [
            ("totalUnreplicatedDataSize", 30), ("totalReplicatedDataSize", 30),
            ("totalOpenKeys", 18)])
        self.assertEqual(list(self.get("/keys/open/mpu/summary").items()), [
            ("totalOpenMPUKeys", 12), ("totalReplicatedDataSize", 770), ("totalDataSize", 770)])
