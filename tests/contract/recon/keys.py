"""§5.2, §8.3 «listKeys FSO», D34, D35: committed keys with filters."""

import time

from recon.case import ReconCase, asked

NOTHING = {"status": "OK", "path": "", "replicatedDataSize": -1, "unReplicatedDataSize": -1,
           "keys": []}
ROW = ["volumeName", "bucketName", "keyName", "dataSize", "parentId", "file", "creationTime",
       "modificationTime", "key", "path", "replicatedSize", "replicationInfo", "isKey", "size"]
SHALLOW = "Invalid startPrefix: Path must be at the bucket level or deeper."
MOST_INT = (1 << 31) - 1


class ListCase(ReconCase):
    def list(self, prefix, **query):
        """The paths of a page; what it says of its rows is checked."""
        page = self.get("/keys/listKeys", startPrefix=prefix, **query)
        if not page["keys"]:
            self.assertEqual(page, NOTHING)
            return []
        self.check_page(page, prefix)
        self.assertEqual(list(page), ["status", "path", "replicatedDataSize",
                                      "unReplicatedDataSize", "lastKey", "keys"])
        self.last_key = page["lastKey"]
        return [row["path"] for row in page["keys"]]

    def check_page(self, page, prefix):
        rows = page["keys"]
        self.assertEqual((page["status"], page["path"]), ("OK", prefix))
        self.assertEqual(page["unReplicatedDataSize"], sum(row["size"] for row in rows))
        self.assertEqual(page["replicatedDataSize"], sum(row["replicatedSize"] for row in rows))
        self.assertEqual(page["lastKey"], rows[-1]["key"])

    def pages(self, prefix, limit, **query):
        """The pages of a listing, the empty one at its end left out."""
        found = [self.list(prefix, limit=limit, **query)]
        while found[-1]:
            found.append(self.list(prefix, limit=limit, prevKey=self.last_key, **query))
        return found[:-1]


class TestNames(ListCase):
    KEYS = ["////file2", "a", "a//b", "a/b", "a/bc", "b/", "uni-é", "z"]

    def setUp(self):
        super().setUp()
        self.name = self.volume()
        self.bucket(self.name, "buc")
        self.bucket(self.name, "buc2")
        self.key(self.name, "buc2", "other", 1)
        for size, key in enumerate(self.KEYS):
            self.key(self.name, "buc", key, size)
        self.prefix = f"/{self.name}/buc"

    def paths(self, *keys):
        return [f"{self.prefix[1:]}/{key}" for key in keys]

    def test_row(self):
        row = self.get("/keys/listKeys", startPrefix=self.prefix + "/a//")["keys"][0]
        self.assertEqual(list(row), ROW)
        self.assertAlmostEqual(row["creationTime"] / 1000, time.time(), delta=3600)
        self.assertEqual(row["creationTime"], row["modificationTime"])
        path = f"{self.name}/buc/a//b"
        self.assertEqual(row | {"creationTime": 0, "modificationTime": 0}, {
            "volumeName": self.name, "bucketName": "buc", "keyName": "a//b", "dataSize": 2,
            "parentId": 0, "file": True, "creationTime": 0, "modificationTime": 0,
            "key": "/" + path, "path": path, "replicatedSize": 2, "replicationInfo": {
                "replicationFactor": "ONE", "requiredNodes": 1, "minimumNodes": 1,
                "replicationType": "RATIS"}, "isKey": True, "size": 2})

    def test_names_that_need_escapes(self):
        names = ["\x01" * 1024, 'a"b\\c', "é" * 512]
        for bucket in ("flat", "tree"):
            self.bucket(self.name, bucket, bucket == "tree")
            for name in names:
                self.key(self.name, bucket, name)
            rows = self.get("/keys/listKeys", startPrefix=f"/{self.name}/{bucket}")["keys"]
            self.assertEqual([row["keyName"] for row in rows], names)
            self.assertEqual([row["path"] for row in rows],
                             [f"{self.name}/{bucket}/{name}" for name in names])
            self.assertEqual([row["key"].split("/")[-1] for row in rows], names)

    def test_prefixes(self):
        every = self.paths(*self.KEYS)
        for prefix in (self.prefix, self.prefix + "/", f"//{self.name}///buc"):
            self.assertEqual(self.list(prefix), every)
        for rest, keys in (("a/", ["a//b", "a/b", "a/bc"]), ("a/b", ["a/b", "a/bc"]),
                           ("/", ["////file2"]), ("b", ["b/"]), ("uni-é", ["uni-é"]),
                           ("no", []), ("z/", [])):
            self.assertEqual(self.list(f"{self.prefix}/{rest}"), self.paths(*keys), rest)

    def test_cursors(self):
        for limit in (1, 3, len(self.KEYS)):
            pages = self.pages(self.prefix, limit)
            self.assertEqual([path for page in pages for path in page], self.paths(*self.KEYS))
            self.assertEqual({len(page) for page in pages[:-1]} | {limit}, {limit})
        for cursor, keys in (("/a", self.KEYS), (self.prefix + "/a/bb", self.KEYS[4:]),
                             (self.prefix + "2/x", []), ("/zzz", []), ("", self.KEYS)):
            self.assertEqual(self.list(self.prefix, prevKey=cursor), self.paths(*keys), cursor)
        self.assertEqual(self.list(self.prefix + "/a/", prevKey=self.prefix + "/a"),
                         self.paths("a//b", "a/b", "a/bc"))

    def test_limits(self):
        self.assertEqual(self.list(self.prefix, limit=MOST_INT), self.paths(*self.KEYS))
        for limit in (0, -1, -MOST_INT - 1):
            self.assertEqual(self.list(self.prefix, limit=limit), [])

    def test_filters(self):
        tomorrow = time.strftime("%m-%d-%Y %H:%M:%S", time.localtime(time.time() + 86400))
        yesterday = time.strftime("%m-%d-%Y %H:%M:%S", time.localtime(time.time() - 86400))
        for query, keys in (({"keySize": 3}, self.KEYS[3:]), ({"keySize": -1}, self.KEYS),
                            ({"keySize": 8}, []), ({"replicationType": "RATIS"}, self.KEYS),
                            ({"replicationType": ""}, self.KEYS), ({"replicationType": "EC"}, []),
                            ({"replicationType": "ratis"}, []),
                            ({"creationDate": yesterday}, self.KEYS),
                            ({"creationDate": tomorrow}, []), ({"creationDate": ""}, self.KEYS),
                            ({"creationDate": "garbage"}, []),
                            ({"creationDate": yesterday + "x"}, []),
                            ({"creationDate": yesterday, "keySize": 7}, self.KEYS[7:])):
            self.assertEqual(self.list(self.prefix, **query), self.paths(*keys), query)
        self.assertEqual(self.pages(self.prefix, 2, keySize=5),
                         [self.paths("b/", "uni-é"), self.paths("z")])

    def test_what_is_not_there(self):
        for path in (f"/{self.name}/none", "/none/buc", f"/{self.name}/bu_"):
            self.assertEqual(self.list(path), [])

    def test_refusals(self):
        for query in ({}, {"startPrefix": ""}):
            reply = self.refused(400, asked("/keys/listKeys", query))
            self.assertEqual(reply.json(), {"message": "startPrefix is required"})
        for prefix in ("/", f"/{self.name}", f"/{self.name}/", "//", self.prefix[1:]):
            reply = self.refused(400, asked("/keys/listKeys", {"startPrefix": prefix}))
            self.assertEqual(reply.json(), {"message": SHALLOW})
        length = "Invalid argument: Bucket or Volume name length should be between 3 and 63"
        for prefix, message in (("/a/b", length), ("/vol/" + "b" * 64, length), ("/Vol/buc", None),
                                ("/vol/.buc", None), ("/vol-/buc", None), ("/vol/b c", None)):
            reply = self.refused(400, asked("/keys/listKeys", {"startPrefix": prefix}))
            self.assertIn(message or "Invalid argument: ", reply.json()["message"])


class TestTree(ListCase):
    KEYS = ["dir1/dir2/dir3/file1", "dir1/dir2/dir3/testfile", "dir1/dir2/file1",
            "dir1/dir2/testfile", "dir1/file1", "dir1/testfile"]

    def setUp(self):
        super().setUp()
        self.name = self.volume()
        self.bucket(self.name, "fso", True)
        self.prefix = f"/{self.name}/fso"
        for key in self.KEYS:
            self.key(self.name, "fso", key, 10)

    def paths(self, *keys):
        return [f"{self.prefix[1:]}/{key}" for key in keys]

    def ids(self):
        """The ids in the raw keys of all rows, by the directory that they are in."""
        rows = self.get("/keys/listKeys", startPrefix=self.prefix)["keys"]
        found = {}
        for row in rows:
            empty, volume, bucket, parent, name = row["key"].split("/")
            self.assertEqual((empty, name, int(parent)), ("", row["keyName"], row["parentId"]))
            self.assertEqual(found.setdefault("", (volume, bucket)), (volume, bucket))
            self.assertEqual(row["path"].rpartition("/")[2], name)
            above = row["path"].rpartition("/")[0]
            self.assertEqual(found.setdefault(above, parent), parent)
        return found

    def test_raw_keys(self):
        ids = self.ids()
        self.assertEqual(len(set(ids.values())), 4)
        self.key(self.name, "fso", "top")
        row = self.get("/keys/listKeys", startPrefix=self.prefix + "/top")["keys"][0]
        volume, bucket = ids[""]
        self.assertEqual(row["key"], f"/{volume}/{bucket}/{bucket}/top")

    def test_prefixes(self):
        self.key(self.name, "fso", "dir1-", 1)
        self.key(self.name, "fso", "dir1/dir2.x", 1)
        for rest, keys in (("dir1", [k for k in sorted([*self.KEYS, "dir1/dir2.x"])]),
                           ("/dir1//dir2/", self.KEYS[:4]), ("dir1/dir2/dir3", self.KEYS[:2]),
                           ("dir1/file1", ["dir1/file1"]), ("dir1/file1/", ["dir1/file1"]),
                           ("dir1-", ["dir1-"]), ("dir", []), ("dir1/file", []), ("x/y", []),
                           ("dir1/../dir1", []), ("dir1/.", [])):
            self.assertEqual(self.list(f"{self.prefix}/{rest}"), self.paths(*keys), rest)

    def test_pages(self):
        self.assertEqual([len(page) for page in self.pages(self.prefix, 2)], [2, 2, 2])
        for limit in (1, 4, 6, 7):
            pages = self.pages(self.prefix, limit)
            self.assertEqual([path for page in pages for path in page], self.paths(*self.KEYS))

    def test_cursors_of_what_is_gone(self):
        ids = self.ids()
        volume, bucket = ids[""]
        inner = ids[f"{self.prefix[1:]}/dir1/dir2"]
        gone = f"/{volume}/{bucket}/{inner}/f"
        self.assertEqual(self.list(self.prefix, prevKey=gone), self.paths(*self.KEYS[2:]))
        self.assertEqual(self.list(self.prefix, prevKey=gone + "ile1"), self.paths(*self.KEYS[3:]))
        self.assertEqual(self.list(f"{self.prefix}/dir1/file1", prevKey=gone),
                         self.paths("dir1/file1"))
        self.assertEqual(self.list(f"{self.prefix}/dir1/dir2/dir3", prevKey=gone), [])
        for cursor, keys in (("/zzz", []), ("", self.KEYS), (f"/{volume}/0/1/f", self.KEYS),
                             (f"/{volume}/{int(bucket) + 1}/1/f", [])):
            self.assertEqual(self.list(self.prefix, prevKey=cursor), self.paths(*keys), cursor)
        target = asked("/keys/listKeys", {"startPrefix": self.prefix,
                                          "prevKey": f"/{volume}/{bucket}/7/f"})
        self.assertEqual(self.refused(400, target).json(),
                         {"message": "prevKey is of a directory that is gone"})

    def test_empty(self):
        self.made("PUT", f"{self.prefix}/empty/", body=b"")
        self.bucket(self.name, "nothing", True)
        self.assertEqual(self.list(f"{self.prefix}/empty"), [])
        self.assertEqual(self.list(f"/{self.name}/nothing"), [])


class TestLargeLists(ListCase):
    """Empty keys stand behind the rows that one answer may hold from one snapshot, and a last one
    behind them."""

    BUFFERED, EMPTY = 10_000, 1500

    @classmethod
    def load(cls, world):
        name = world.volume()
        world.bucket(name, "buc")
        cls.prefix = f"/{name}/buc"
        count = cls.BUFFERED + cls.EMPTY + 2
        cls.rows = [f"{name}/buc/k{i:05}" for i in range(count)]
        cls.filled = [*cls.rows[:cls.BUFFERED + 1], cls.rows[-1]]
        cls.empty = cls.rows[cls.BUFFERED + 1:-1]
        filled = set(cls.filled)
        world.many(("PUT", "/" + row, [], bytes(row in filled)) for row in cls.rows)

    def streamed(self, **query):
        page = self.get("/keys/listKeys", startPrefix=self.prefix, **query)
        self.assertEqual(list(page), ["status", "path", "keys", "replicatedDataSize",
                                      "unReplicatedDataSize", "lastKey"])
        self.check_page(page, self.prefix)
        return [row["path"] for row in page["keys"]]

    def test_sums_stand_before_the_rows_or_behind(self):
        self.assertEqual(self.list(self.prefix, limit=self.BUFFERED), self.rows[:self.BUFFERED])
        self.assertEqual(self.streamed(limit=self.BUFFERED + 1), self.rows[:self.BUFFERED + 1])
        self.assertEqual(self.streamed(limit=MOST_INT), self.rows)

    def test_filters(self):
        self.assertEqual(self.list(self.prefix, keySize=2), [])
        self.assertEqual(self.list(self.prefix, keySize=1, limit=2, prevKey="/" + self.empty[0]),
                         self.rows[-1:])
        self.assertEqual(self.streamed(keySize=1, limit=MOST_INT), self.filled)
        self.assertEqual(self.streamed(keySize=1, limit=len(self.filled) - 1), self.filled[:-1])
