"""§4.12 to §4.15, §8.1, §8.2: what a path is and holds."""

import support
from recon.case import ReconCase, asked

TREE = {
    "bucket1": {"file1": 500, "dir1/dir2/file2": 1025, "dir1/dir3/file3": 4097,
                "dir1/dir4/file6": 2049, "dir1/file7": 4097},
    "bucket2": {"file4": 2049, "file5": 100},
    "bucket3": {"file8": 1025, "dir5/file9": 2049, "dir5/file10": 2049},
    "bucket4": {"file11": 1025},
    "bucket5": {"file12": 1024, "dir6/file13": 1024, "dir6/dir7/file14": 1024},
}
FLAT = {
    "bucket1": {"file1": 500, "////file2": 1025, "file3///": 4097},
    "bucket2": {"file4": 2049, "_//////": 100},
    "bucket3": {"file8": 1025, "//////": 2049, "///__file10": 2049},
    "bucket4": {"////file11": 1025},
}


class NamespaceCase(ReconCase):
    def fill(self, volume, buckets, tree):
        for name in buckets:
            self.bucket(volume, name, tree)
        self.many(("PUT", f"/{volume}/{name}/{key}", [], bytes(size))
                  for name, keys in buckets.items() for key, size in keys.items())

    def counts(self, path):
        summary = self.namespace("summary", path)
        names = ["numVolume", "numBucket", "numDir", "numKey"]
        self.assertEqual(list(summary), ["path", "type", "countStats", "objectInfo", "status",
                                         *names])
        self.assertEqual(summary["countStats"], {name: summary[name] for name in names})
        self.assertEqual((summary["path"], summary["status"]), (path, "OK"))
        return summary["type"], *summary["countStats"].values()

    def usage(self, path, **query):
        """Size, direct bytes, and the sub-paths by their last component."""
        usage = self.namespace("usage", path, **query)
        self.assertEqual((usage["status"], usage["path"]), ("OK", path))
        self.assertEqual(usage["subPathCount"], len(usage["subPaths"]))
        rows = {}
        for row in usage["subPaths"]:
            self.assertEqual(list(row), ["key", "path", "size", "sizeWithReplica", "isKey"])
            self.assertEqual(row["key"], row["isKey"])
            rows[row["path"].removeprefix(path + "/")] = row["size"]
        return usage["size"], usage["sizeDirectKey"], rows

    def dist(self, path):
        answer = self.namespace("dist", path)
        self.assertEqual((len(answer["dist"]), answer["status"]), (41, "OK"))
        self.assertEqual(sum(answer["dist"][4:]), 0)
        return answer["dist"][:4]

    def not_applicable(self, path, status):
        zeros = {"dist": [0] * 41, "status": status}
        self.assertEqual(self.namespace("dist", path), zeros)
        self.assertEqual(self.namespace("quota", path), {"allowed": 0, "used": 0, "status": status})


class TestTree(NamespaceCase):
    """§8.1, with one copy of everything."""

    @classmethod
    def load(cls, world):
        cls.vol, cls.vol2, cls.vol3 = world.volume(quota=2 << 20), world.volume(), world.volume()
        for volume, names in ((cls.vol, "12"), (cls.vol2, "34"), (cls.vol3, "5")):
            world.fill(volume, {f"bucket{n}": TREE[f"bucket{n}"] for n in names}, True)

    def test_summaries(self):
        vol = "/" + self.vol
        self.assertEqual(self.counts(vol), ("VOLUME", -1, 2, 4, 7))
        self.assertEqual(self.counts(vol + "/bucket1"), ("BUCKET", -1, -1, 4, 5))
        self.assertEqual(self.counts(vol + "/bucket2"), ("BUCKET", -1, -1, 0, 2))
        self.assertEqual(self.counts(vol + "/bucket1/dir1"), ("DIRECTORY", -1, -1, 3, 4))
        self.assertEqual(self.counts(vol + "/bucket2/file4"), ("KEY", -1, -1, -1, 0))
        self.assertEqual(self.counts("/" + self.vol3), ("VOLUME", -1, 1, 2, 3))
        self.assertEqual(self.namespace("summary", vol + "/none"), {
            "path": "", "type": "UNKNOWN", "countStats": None, "objectInfo": None,
            "status": "PATH_NOT_FOUND"})

    def test_the_root_holds_everything(self):
        volumes = self.get("/volumes", limit=1 << 30)["volumes"]
        sums = [sum(self.namespace("summary", "/" + each["name"])[count] for each in volumes)
                for count in ("numBucket", "numDir", "numKey")]
        self.assertEqual(self.counts("/"), ("ROOT", len(volumes), *sums))
        root = self.namespace("summary", "/")["objectInfo"]
        self.assertEqual(root, {"metadata": None, "name": None, "quotaInBytes": 0,
                                "quotaInNamespace": 0, "usedNamespace": 0, "creationTime": 0,
                                "modificationTime": 0, "acls": None})
        usage = self.namespace("usage", "/")
        self.assertEqual({row["path"][1:]: row["size"] for row in usage["subPaths"]},
                         {each["name"]: self.namespace("quota", "/" + each["name"])["used"]
                          for each in volumes})
        self.assertEqual((usage["size"], usage["sizeDirectKey"]),
                         (sum(row["size"] for row in usage["subPaths"]), -1))
        quota = self.namespace("quota", "/")
        self.assertEqual((list(quota), quota["status"]), (["allowed", "used", "status"], "OK"))
        self.assertGreater(quota["allowed"], quota["used"])
        self.assertEqual(quota["used"], self.namespace("usage", "/", replica="true")[
            "sizeWithReplica"])

    def test_objects(self):
        volume = self.namespace("summary", "/" + self.vol)["objectInfo"]
        self.assertEqual((volume["quotaInBytes"], volume["quotaInNamespace"], volume["owner"],
                          volume["admin"], volume["volume"], volume["usedNamespace"]),
                         (2 << 20, -1, "bilbo", "root", self.vol, 2))
        bucket = self.namespace("summary", f"/{self.vol}/bucket1")["objectInfo"]
        self.assertEqual((bucket["storageType"], bucket["bucketLayout"], bucket["bucketName"],
                          bucket["usedNamespace"], bucket["usedBytes"]),
                         ("DISK", "FILE_SYSTEM_OPTIMIZED", "bucket1", 9, 11768))
        self.assertEqual(bucket, self.get("/buckets", volume=self.vol, limit=1)["buckets"][0])
        directory = self.namespace("summary", f"/{self.vol}/bucket1/dir1")["objectInfo"]
        self.assertEqual((directory["name"], directory["metadata"], directory["quotaInBytes"]),
                         ("dir1", {}, 0))
        key = self.namespace("summary", f"/{self.vol}/bucket1/dir1/file7")["objectInfo"]
        self.assertEqual((key["fileName"], key["keyName"], key["dataSize"],
                          key["replicationConfig"]["replicationType"]),
                         ("file7", "file7", 4097, "RATIS"))

    def test_usage(self):
        vol = "/" + self.vol
        self.assertEqual(self.usage(vol), (13917, -1, {"bucket1": 11768, "bucket2": 2149}))
        self.assertEqual(self.usage(vol + "/bucket1"), (11768, 500, {"dir1": 11268}))
        self.assertEqual(self.usage(vol + "/bucket1", files="true"),
                         (11768, 500, {"dir1": 11268, "file1": 500}))
        self.assertEqual(self.usage(vol + "/bucket1/dir1"),
                         (11268, 4097, {"dir3": 4097, "dir4": 2049, "dir2": 1025}))
        self.assertEqual(self.usage(vol + "/bucket2/file4"), (2049, -1, {}))
        self.assertEqual(self.usage(f"/{self.vol2}"), (6148, -1, {"bucket3": 5123,
                                                                  "bucket4": 1025}))
        self.assertEqual(self.usage(f"/{self.vol3}"), (3072, -1, {"bucket5": 3072}))

    def test_usage_with_copies(self):
        usage = self.namespace("usage", f"/{self.vol3}/bucket5/dir6", replica="TRUE")
        self.assertEqual((usage["size"], usage["sizeWithReplica"]), (2048, 2048))
        self.assertEqual([row["sizeWithReplica"] for row in usage["subPaths"]], [1024])

    def test_quota(self):
        self.assertEqual(self.namespace("quota", "/" + self.vol),
                         {"allowed": 2 << 20, "used": 13917, "status": "OK"})
        self.assertEqual(self.namespace("quota", f"/{self.vol}/bucket1"),
                         {"allowed": -1, "used": 11768, "status": "OK"})

    def test_dist(self):
        vol = "/" + self.vol
        self.assertEqual(self.dist(vol), [2, 1, 2, 2])
        self.assertEqual(self.dist(vol + "/bucket1"), [1, 1, 1, 2])
        self.assertEqual(self.dist(vol + "/bucket1/dir1"), [0, 1, 1, 2])

    def test_where_there_is_no_quota_and_no_dist(self):
        self.not_applicable(f"/{self.vol}/bucket2/file4", "TYPE_NOT_APPLICABLE")
        self.not_applicable(f"/{self.vol}/none", "PATH_NOT_FOUND")
        self.assertEqual(self.namespace("quota", f"/{self.vol}/bucket1/dir1"),
                         {"allowed": 0, "used": 0, "status": "TYPE_NOT_APPLICABLE"})

    def test_what_is_renamed_and_deleted_moves_and_goes(self):
        volume = self.volume()
        self.fill(volume, {"buc": {"a/b/k": 5, "a/c": 7, "d/e": 11}}, True)
        bucket = f"/{volume}/buc"
        headers = [("Host", "localhost"), ("x-ozone-version", "v1"), ("Authorization", "OZONE root"),
                   ("Date", "Mon, 26 Jun 2017 04:23:30 GMT")]

        def changed(method, target):

            reply = self.exchange("ozone", support.request_bytes(method, target, headers))
            self.assertEqual(reply.status, 200, reply)

        changed("POST", bucket + "/a/?toKey=d/a/")
        self.assertEqual(self.usage(bucket + "/d"), (23, 11, {"a": 12}))
        self.assertEqual(self.counts(bucket + "/d"), ("DIRECTORY", -1, -1, 2, 3))
        self.not_applicable(bucket + "/a/c", "PATH_NOT_FOUND")
        changed("DELETE", bucket + "/d/?recursive=true")
        self.assertEqual(self.usage(bucket), (0, -1, {}))
        self.not_applicable(bucket + "/d/e", "PATH_NOT_FOUND")


class TestFlat(NamespaceCase):
    """§8.2."""

    @classmethod
    def load(cls, world):
        cls.vol, cls.vol2 = world.volume(), world.volume()
        for volume, names in ((cls.vol, "12"), (cls.vol2, "34")):
            world.fill(volume, {f"bucket{n}": FLAT[f"bucket{n}"] for n in names}, False)

    def test_every_key_is_found_as_it_is(self):
        for volume, names in ((self.vol, "12"), (self.vol2, "34")):
            for name in (f"bucket{n}" for n in names):
                for key, size in FLAT[name].items():
                    path = f"/{volume}/{name}/{key}"
                    self.assertEqual(self.counts(path), ("KEY", -1, -1, -1, 0))
                    self.assertEqual(self.usage(path), (size, -1, {}))
                    self.assertEqual(self.namespace("summary", "//" + path)["path"], path)

    def test_usage_lists_bare_names(self):
        bucket = f"/{self.vol}/bucket1"
        self.assertEqual(self.usage(bucket), (5622, 5622, {}))
        self.assertEqual(self.usage(bucket, files="true"), (5622, 5622, FLAT["bucket1"]))
        self.assertEqual(self.usage(f"/{self.vol}/bucket2")[0], 2149)
        self.assertEqual(self.usage(f"/{self.vol2}/bucket3")[0], 5123)

    def test_no_directories(self):
        volume = self.volume()
        self.fill(volume, {"buc": {"volume/bucket/key$%25#1/./////////key$%25#2"
                                   .replace("#", "%23"): 1, "a/b": 2}}, False)
        odd = f"/{volume}/buc/volume/bucket/key$%#1/./////////key$%#2"
        self.assertEqual(self.usage(odd), (1, -1, {}))
        for path in ("/a", "/a/", "/a//b", "/./a/b", "/a/b/"):
            self.not_applicable(f"/{volume}/buc{path}", "PATH_NOT_FOUND")
        self.assertEqual(self.namespace("summary", f"/{volume}/buc//")["type"], "BUCKET")


class TestOrder(NamespaceCase):
    """§4.13, D20."""

    def rows(self, path, **query):
        return [(row["path"].rsplit("/", 1)[-1], row["size"], row["isKey"])
                for row in self.namespace("usage", path, **query)["subPaths"]]

    def test_by_size_then_directories_before_keys_then_by_name(self):
        volume = self.volume()
        self.fill(volume, {"buc": {"x/k": 4, "b/k": 9, "a": 9, "c": 1, "y": 9, "z/k": 9}}, True)
        bucket = f"/{volume}/buc"
        rows = [("b", 9, False), ("z", 9, False), ("a", 9, True), ("y", 9, True),
                ("x", 4, False), ("c", 1, True)]
        self.assertEqual(self.rows(bucket, files="true"), rows)
        self.assertEqual(self.rows(bucket), [row for row in rows if not row[2]])
        self.assertEqual(self.rows(bucket, files="true", sortSubPaths="false"), [
            ("b", 9, False), ("x", 4, False), ("z", 9, False),
            ("a", 9, True), ("c", 1, True), ("y", 9, True)])

    def test_of_the_root_and_of_a_volume(self):
        """§8.3 «usage ordering»."""
        volume = self.volume()
        keys = {"a": 80, "d1/k": 1500, "d2/k": 1700, "d3/k": 1300}
        self.fill(volume, {"small": {"k": 600}, "large": keys, "middle": {"k": 700}}, True)
        self.assertEqual([row[:2] for row in self.rows("/" + volume)],
                         [("large", 4580), ("middle", 700), ("small", 600)])
        self.assertEqual([row[:2] for row in self.rows(f"/{volume}/large", files="true")],
                         [("d2", 1700), ("d1", 1500), ("d3", 1300), ("a", 80)])
        sizes = [row[1] for row in self.rows("/")]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertIn((volume, 5880, False), self.rows("/"))

    def test_the_30_largest(self):
        volume = self.volume()
        sizes = {f"k{i:02}": i * 7 % 31 for i in range(31)}
        self.fill(volume, {"buc": sizes}, False)
        query = {"files": "true", "sortSubPaths": "true"}
        usage = self.namespace("usage", f"/{volume}/buc", **query)
        largest = sorted(sizes.items(), key=lambda pair: -pair[1])
        self.assertEqual(usage["subPathCount"], 31)
        self.assertEqual(self.rows(f"/{volume}/buc", **query),
                         [(*pair, True) for pair in largest[:30]])
        self.assertEqual(len(self.rows(f"/{volume}/buc", files="true")), 31)

    def test_long_accounts_do_not_differ(self):
        """Over limits::reactor_rows they are made elsewhere; sub-paths over 10,000 are counted."""
        volume = self.volume()
        self.bucket(volume, "buc", True)
        self.many(("PUT", f"/{volume}/buc/d/k{i:04}", [], bytes(i % 3)) for i in range(1001))
        self.many(("PUT", f"/{volume}/buc/e{i}/k", [], b"") for i in range(3))
        bucket = f"/{volume}/buc"
        self.assertEqual(self.usage(bucket + "/d", files="true"),
                         (1000, 1000, {f"k{i:04}": i % 3 for i in range(1001)}))
        self.assertEqual(self.usage(bucket), (1000, 0, {"d": 1000, "e0": 0, "e1": 0, "e2": 0}))
        self.assertEqual(self.usage(bucket, files="true")[2].keys(), {"d", "e0", "e1", "e2"})
        self.assertEqual(self.rows(bucket + "/d", files="true", sortSubPaths="true")[0],
                         ("k0002", 2, True))


class TestPaths(ReconCase):
    """§4.12, «Path handling»; required by all four."""

    PAGES = ("summary", "usage", "quota", "dist")

    def test_a_path_is_required(self):
        for page in self.PAGES:
            for query in ("", "?path=", "?Path=/"):
                reply = self.refused(400, f"/namespace/{page}{query}")
                self.assertEqual(reply.json(), {"message": "path is required"})

    def test_a_path_above_the_root_is_none(self):
        volume = self.volume()
        for path in ("//", "/.", "/..", "/../" + volume, f"/{volume}/..", " ", f"/{volume}/../.."):
            for page in self.PAGES:
                answer = self.namespace(page, path)
                self.assertEqual(answer["status"], "PATH_NOT_FOUND", path)
        for path in (volume, f"//{volume}//", f"/{volume}/.", f"/x/../{volume}"):
            self.assertEqual(self.namespace("usage", path)["path"], "/" + volume)

    def test_a_trailing_slash_of_the_route(self):
        volume = self.volume()
        for page in self.PAGES:
            self.assertEqual(self.get(asked(f"/namespace/{page}/", {"path": volume})),
                             self.namespace(page, volume))
