"""§4.17, §4.18, §4.23 and «Large answers» of §2."""

import json

import support
from recon import case
from recon.case import BASE, OwnServerCase, ReconCase

MOST_INT = (1 << 31) - 1
BUFFERED_ROWS = 10_000


class ScanCase(ReconCase):
    def check_scanned(self, target):
        """More than limits::waiting_scans of it are refused."""
        data = support.request_bytes("GET", BASE + target, [("Host", "localhost")])
        replies = support.replies_at_once(self.addresses["recon"], data, 500)
        for reply in replies:
            self.check_form(reply, "GET")
        self.assertEqual({reply.status for reply in replies}, {200, 503})
        refused = next(reply for reply in replies if reply.status == 503)
        case.declared.saw("GET", BASE + target, refused)


class TestVolumes(ReconCase):
    def names(self, **query):
        page = self.get("/volumes", **query)
        self.assertEqual(list(page), ["totalCount", "volumes"])
        self.assertEqual(page["totalCount"], len(page["volumes"]))
        return [each["name"] for each in page["volumes"]]

    def test_pages(self):
        made = [self.volume(f"page{c}") for c in "cab"]
        self.assertEqual(self.names(prevKey="page", limit=3), sorted(made))
        self.assertEqual(self.names(prevKey="pagea", limit=1), ["pageb"])
        self.assertEqual(self.names(prevKey="pageaa", limit=1), ["pageb"])
        self.assertEqual(self.names(prevKey="zzz"), [])
        for limit in (0, -1, -MOST_INT - 1):
            self.assertEqual(self.names(limit=limit), [])

    def test_row(self):
        name = self.volume(user="Frodo")
        row = self.get("/volumes", prevKey=name[:-1] + chr(ord(name[-1]) - 1), limit=1)["volumes"][0]
        self.assertEqual(row | {"creationTime": 0, "modificationTime": 0}, {
            "metadata": {}, "name": name, "quotaInBytes": -1, "quotaInNamespace": -1,
            "usedNamespace": 0, "creationTime": 0, "modificationTime": 0, "acls": [],
            "admin": "root", "owner": "frodo", "volume": name})
        self.assertAlmostEqual(row["creationTime"] / 1000, self.started, delta=3600)


class TestBuckets(ReconCase):
    @classmethod
    def load(cls, world):
        cls.rows = []
        for volume in ("buca", "bucb", "bucc"):
            world.volume(volume)
            for name in ("one", "three", "two") if volume != "bucb" else ():
                world.bucket(volume, name)
                cls.rows.append((volume, name))

    def names(self, **query):
        page = self.get("/buckets", **query)
        self.assertEqual(list(page), ["totalCount", "buckets"])
        self.assertEqual(page["totalCount"], len(page["buckets"]))
        return [(each["volumeName"], each["name"]) for each in page["buckets"]]

    def test_of_a_volume(self):
        self.assertEqual(self.names(volume="buca"), self.rows[:3])
        self.assertEqual(self.names(volume="buca", prevKey="one"), self.rows[1:3])
        self.assertEqual(self.names(volume="buca", prevKey="p", limit=1), self.rows[1:2])
        for volume in ("bucb", "none", "/buca"):
            self.assertEqual(self.names(volume=volume), [])
        for limit in (0, -1):
            self.assertEqual(self.names(volume="buca", limit=limit), [])

    def test_parts_take_space(self):
        volume = self.volume()
        self.bucket(volume, "buc")
        self.key(volume, "buc", "key", 10)

        def used():
            row, = self.get("/buckets", volume=volume)["buckets"]
            return row["usedBytes"], row["usedNamespace"], row["snapshotUsedBytes"]

        target = f"/{volume}/buc/big"
        upload = self.made("POST", target + "?uploads", status=200).json()["uploadID"]
        target += f"?uploadId={upload}"
        for size in (100, 30):
            self.made("PUT", f"{target}&partNumber=1", body=bytes(size))
            self.assertEqual(used()[:2], (10 + size, 1))
        self.made("DELETE", target, status=200)
        self.assertEqual(used()[:2], (10, 1))

    def test_of_all(self):
        everything = self.names(limit=MOST_INT)
        self.assertEqual(everything, sorted(everything))
        self.assertEqual([each for each in everything if each in self.rows], self.rows)
        self.assertEqual(self.names(prevKey="one", limit=MOST_INT), everything)
        for slash in ("", "/"):
            place, seen = "buca/", []
            while len(seen) < len(self.rows):
                seen += self.names(prevKey=slash + place, limit=2)
                place = "/".join(seen[-1])
            self.assertEqual(seen, self.rows)

    def test_acls(self):
        volume = self.volume()
        self.bucket(volume, "buc", headers=[
            ("x-ozone-acls", "ADD user:frodo:rw,group:fellowship:r,world:WORLD:w")])
        self.assertEqual(self.get("/buckets", volume=volume)["buckets"][0]["acls"], [
            {"type": "USER", "name": "frodo", "scope": "ACCESS", "aclList": ["READ", "WRITE"]},
            {"type": "GROUP", "name": "fellowship", "scope": "ACCESS", "aclList": ["READ"]},
            {"type": "WORLD", "name": "WORLD", "scope": "ACCESS", "aclList": ["WRITE"]}])


class TestLargeAnswers(ScanCase):
    @classmethod
    def load(cls, world):
        cls.name = world.volume()
        cls.rows = [f"b{i:05}" for i in range(BUFFERED_ROWS + 1)]
        world.many(("POST", f"/{cls.name}/{row}") for row in cls.rows)

    def test_scalars_stand_before_the_rows_or_behind(self):
        for limit in (BUFFERED_ROWS, BUFFERED_ROWS + 1, MOST_INT):
            page = self.get("/buckets", volume=self.name, limit=limit)
            count = min(limit, len(self.rows))
            behind = count > BUFFERED_ROWS
            self.assertEqual(list(page), ["buckets", "totalCount"] if behind else
                             ["totalCount", "buckets"])
            self.assertEqual(page["totalCount"], count)
            self.assertEqual([row["name"] for row in page["buckets"]], self.rows[:count])
        rest = self.get("/buckets", volume=self.name, limit=MOST_INT, prevKey=self.rows[0])
        self.assertEqual(list(rest), ["totalCount", "buckets"])
        self.assertEqual(rest["totalCount"], BUFFERED_ROWS)

    def test_more_children_than_an_account_of_sizes_shows(self):
        """§4.13: subPathCount is that before the cut."""
        usage = self.namespace("usage", "/" + self.name, sortSubPaths="false")
        self.assertEqual(usage["subPathCount"], BUFFERED_ROWS + 1)
        self.assertEqual([row["path"] for row in usage["subPaths"]],
                         [f"/{self.name}/{row}" for row in self.rows[:BUFFERED_ROWS]])

    def test_head_of_a_large_answer(self):
        reply = self.call(f"/buckets?volume={self.name}&limit={MOST_INT}", "HEAD")
        self.assertEqual((reply.status, reply["Content-Length"]), (200, None))

    def test_more_scans_than_may_wait_are_refused(self):
        self.check_scanned(f"/namespace/usage?path=/{self.name}")


class TestFarApart(OwnServerCase, ScanCase):
    """Two of everything, at either end of very many places where there is nothing."""

    EMPTY = 5000

    @classmethod
    def load(cls, world):
        for volume in ("aaa", "zzz"):
            world.volume(volume)
            world.bucket(volume, "buc", True)
            world.made("POST", f"/{volume}/buc/upload?uploads", status=200)
        world.many(("POST", f"/e{i:04}") for i in range(cls.EMPTY))
        world.many(("PUT", f"/zzz/buc/e{i:04}/", (), b"") for i in range(cls.EMPTY))
        for name in ("aaa/buc/a", "zzz/buc/a", "zzz/buc/z/k"):
            world.key(*name.split("/", 2), 10)

    def test_buckets(self):
        page = self.get("/buckets")
        self.assertEqual(list(page), ["totalCount", "buckets"])
        self.assertEqual([row["volumeName"] for row in page["buckets"]], ["aaa", "zzz"])
        page = self.get("/buckets", prevKey="e4000/none")
        self.assertEqual([row["volumeName"] for row in page["buckets"]], ["zzz"])
        self.check_scanned("/buckets")

    def test_sizes(self):
        reply = self.call("/utilization/fileCount")
        self.assertEqual([row["volume"] for row in reply.json()], ["aaa", "zzz"])
        self.check_scanned("/utilization/fileCount")

    def test_uploads(self):
        page = self.get("/keys/open")
        self.assertEqual([row["path"] for row in page["entities"]],
                         ["/aaa/buc/upload", "/zzz/buc/upload"])
        self.check_scanned("/keys/open")

    def test_keys(self):
        target = "/keys/listKeys?startPrefix=/zzz/buc"
        page = self.call(target).json()
        self.assertEqual(list(page)[-1], "keys")
        self.assertEqual([row["path"] for row in page["keys"]], ["zzz/buc/a", "zzz/buc/z/k"])
        self.check_scanned(target)


class TestFileCount(ReconCase):
    """§4.23, D16, §8.3."""

    def rows(self, **query):
        rows = self.get("/utilization/fileCount", **query)
        for row in rows:
            self.assertEqual(list(row), ["volume", "bucket", "fileSize", "count"])
        return [tuple(row.values()) for row in rows]

    def test_filters(self):
        self.volume("fca")
        self.volume("fcb")
        for volume, name, tree in (("fca", "fcone", False), ("fca", "fctwo", True),
                                   ("fcb", "fcone", True)):
            self.bucket(volume, name, tree)
        for bucket, name, size in (("fca/fcone", "a", 1000), ("fca/fcone", "b", 1024),
                                   ("fca/fcone", "c", 100000), ("fca/fctwo", "d/e", 1025),
                                   ("fcb/fcone", "f/g/h", 0)):
            self.key(*bucket.split("/"), name, size)
        every = [("fca", "fcone", 1024, 2), ("fca", "fcone", 131072, 1), ("fca", "fctwo", 2048, 1),
                 ("fcb", "fcone", 1024, 1)]
        self.assertEqual([row for row in self.rows() if row[0] in ("fca", "fcb")], every)
        self.assertEqual(self.rows(volume="fca"), every[:3])
        self.assertEqual(self.rows(bucket="fcone"), [*every[:2], every[3]])
        self.assertEqual(self.rows(volume="fca", bucket="fcone"), every[:2])
        self.assertEqual(self.rows(volume="fca", fileSize=1024), every[:1])
        self.assertEqual(self.rows(bucket="fcone", fileSize=131072), every[1:2])
        self.assertEqual(self.rows(volume="fca", fileSize=0), every[:3])
        self.assertEqual(self.rows(volume="fca", fileSize=-1), every[:3])
        for query in ({"fileSize": 1000}, {"volume": "none"}, {"volume": "fca", "bucket": "none"},
                      {"volume": "", "bucket": ""}, {"bucket": ""}):
            self.assertEqual(self.rows(**query), [])

    def test_text(self):
        """§1: smoke tests look for these fields side by side."""
        volume = self.volume()
        self.bucket(volume, "buc")
        self.key(volume, "buc", "k", 2048)
        body = self.call(f"/utilization/fileCount?volume={volume}").body
        self.assertIn(b'"fileSize":2048,"count":1', body)
        self.assertEqual(json.dumps(json.loads(body), separators=(",", ":")).encode(), body)
