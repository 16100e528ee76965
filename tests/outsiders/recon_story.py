#!/usr/bin/env python3
"""The insight API tells the truth: real trees go into buckets of each layout, a part of them goes
away again, and every path of every bucket is asked for, beside a count of the trees on disk."""

import contextlib
import http.client
import json
import os
import shutil
import time
import urllib.parse

import loaded
import oracle
import outsider
import trees
from dobsond import TIMEOUT_S

FILES = 1000
GIGABYTES = 10  # quota of /shire


class Story(loaded.Loaded):
    settings = ("blocks.scrub_interval=1 s", "blocks.scrub_rate=1 GiB")

    def setUp(self):
        self.insight = http.client.HTTPConnection(*self.server.addresses["recon"],
                                                  timeout=TIMEOUT_S)
        self.addCleanup(self.insight.close)

    def ask(self, page, **parameters):
        query = urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)
        self.insight.request("GET", f"/api/v1/{page}?{query}")
        answer = self.insight.getresponse()
        content = answer.read()
        self.assertEqual(answer.status, 200, (page, parameters, content))
        return json.loads(content)

    def test_story(self):
        large, small = (os.path.join(self.scratch, name) for name in ("large", "small"))
        trees.make(large, FILES)
        trees.make(small, FILES // 10)
        self.call("POST", f"/shire?quota={GIGABYTES}GB", status=201)
        self.load(large, "/shire/files", "FILE_SYSTEM_OPTIMIZED")
        self.load(large, "/shire/objects", "OBJECT_STORE")
        self.load(small, "/bree/small", "FILE_SYSTEM_OPTIMIZED")
        self.check_everything()

        self.delete(large, self.buckets[:2])
        self.delete(small, self.buckets[2:])
        self.check_everything()

        self.break_a_container()

    def break_a_container(self):
        """The pages tell of it, and `verify` of the stopped server of the same bytes."""
        self.assertEqual(self.ask("containers/unhealthy")["containers"], [])
        page = self.ask("containers/1/keys", limit=-1)
        key = max(page["keys"], key=lambda row: row["DataSize"])
        block = key["Blocks"]["0"][0]
        file = os.path.join(self.server.data, "blocks", f"{block['containerID']:016x}.container")
        self.run_program("dd", "if=/dev/urandom", f"of={file}", "bs=1",
                         "count=100", f"seek={block['localID'] + 10}", "conv=notrunc")
        self.eventually(self.check_broken)
        self.server.process.terminate()
        self.server.process.wait(TIMEOUT_S)
        run = self.run_program(os.path.join(self.programs, "dobsonctl"), "verify", self.server.data)
        self.assertEqual(run.returncode, 1, run)
        self.assertIn(key["CompletePath"].encode(), run.stdout + run.stderr)

    def check_broken(self):
        page = self.ask("containers/unhealthy")
        self.assertEqual([(row["containerID"], row["containerState"], row["actualReplicaCount"])
                          for row in page["containers"]], [(1, "UNDER_REPLICATED", 0)])
        self.assertEqual((page["underReplicatedCount"], page["missingCount"]), (1, 0))
        replica, = self.ask("containers/1/replicaHistory")
        self.assertEqual(replica["state"], "UNHEALTHY")

    def delete(self, tree, buckets):
        """Directories whole, and every third file of others, on disk and in the buckets."""
        many = os.path.join(tree, "many")
        folders = sorted(os.listdir(many))
        for name in ["many/" + folder for folder in folders[:9]] + ["odd directories", "d"]:
            shutil.rmtree(os.path.join(tree, name))
            for bucket in buckets:
                self.ctl("rm", "-r", f"{bucket.path}/{name}/")
        for folder in folders[9:]:
            for file in sorted(os.listdir(os.path.join(many, folder)))[1::3]:
                os.remove(os.path.join(many, folder, file))
                for bucket in buckets:
                    self.ctl("rm", f"{bucket.path}/many/{folder}/{file}")
        for bucket in buckets:
            bucket.count()

    def check_everything(self):
        for bucket in self.buckets:
            for name in ["", *bucket.directories]:
                self.check_container(bucket, name)
            for name, size in bucket.keys.items():
                self.check_key(f"{bucket.path}/{name}", size)
            self.check_unknown(bucket.path + "/no such name")
        for volume in ("shire", "bree"):
            self.check_volume(volume)
        self.check_root()
        self.check_stored_rows()

    def check_container(self, bucket, below):
        """A bucket, or a directory of it."""
        path = f"{bucket.path}/{below}".rstrip("/")
        sizes = bucket.sizes(below)
        self.check_summary(path, "DIRECTORY" if below else "BUCKET",
                           (-1, -1, len(bucket.directories_below(below)), len(sizes)))
        self.assertEqual(self.ask("namespace/dist", path=path),
                         {"dist": oracle.dist(sizes), "status": "OK"}, path)
        self.assertEqual(
            self.ask("namespace/quota", path=path),
            {"allowed": 0, "used": 0, "status": "TYPE_NOT_APPLICABLE"} if below else
            {"allowed": -1, "used": sum(sizes), "status": "OK"}, path)

        children = {(name if not bucket.has_directories else f"{path}/{name}"):
                    child for name, child in bucket.children(below).items()}
        direct = sum(size for size, is_key in children.values() if is_key)
        usage = self.check_usage(path, sum(sizes), children)
        self.assertEqual(usage["sizeDirectKey"], direct if bucket.keys or below else -1, path)

    def check_usage(self, path, size, children):
        usage = self.ask("namespace/usage", path=path, files="true", replica="true")
        self.assertEqual((usage["status"], usage["path"]), ("OK", path))
        for each in (usage, *usage["subPaths"]):  # buckets keep one copy
            self.assertEqual(each["sizeWithReplica"], each["size"], path)
        self.assertEqual(usage["size"], size, path)
        self.assertEqual({each["path"]: (each["size"], each["isKey"])
                          for each in usage["subPaths"]}, children, path)
        self.assertEqual(usage["subPathCount"], len(children))
        sizes = [each["size"] for each in usage["subPaths"]]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        largest = self.ask("namespace/usage", path=path, files="true", sortSubPaths="true")
        self.assertEqual([each["size"] for each in largest["subPaths"]], sizes[:30])
        return usage

    def check_summary(self, path, kind, counts):
        summary = self.ask("namespace/summary", path=path)
        self.assertEqual((summary["status"], summary["type"]), ("OK", kind), path)
        names = ("numVolume", "numBucket", "numDir", "numKey")
        self.assertEqual(summary["countStats"], dict(zip(names, counts)), path)

    def check_key(self, path, size):
        self.check_summary(path, "KEY", (-1, -1, -1, 0))
        usage = self.ask("namespace/usage", path=path)
        self.assertEqual((usage["size"], usage["subPaths"]), (size, []), path)

    def check_unknown(self, path):
        for page in ("summary", "usage", "quota", "dist"):
            self.assertEqual(self.ask(f"namespace/{page}", path=path)["status"],
                             "PATH_NOT_FOUND", (page, path))

    def check_volume(self, volume):
        buckets = [bucket for bucket in self.buckets if bucket.volume == volume]
        sizes = self.sizes(*buckets)
        path = f"/{volume}"
        self.check_summary(path, "VOLUME",
                           (-1, len(buckets), self.directories(*buckets), len(sizes)))
        self.check_usage(path, sum(sizes),
                         {bucket.path: (sum(bucket.sizes()), False) for bucket in buckets})
        self.assertEqual(self.ask("namespace/quota", path=path),
                         {"allowed": GIGABYTES << 30 if volume == "shire" else -1,
                          "used": sum(sizes), "status": "OK"})
        self.assertEqual(self.ask("namespace/dist", path=path)["dist"], oracle.dist(sizes))

    def check_root(self):
        sizes = self.sizes()
        self.check_summary("/", "ROOT", (2, len(self.buckets), self.directories(), len(sizes)))
        volumes = {f"/{bucket.volume}": 0 for bucket in self.buckets}
        for bucket in self.buckets:
            volumes[f"/{bucket.volume}"] += sum(bucket.sizes())
        self.check_usage("/", sum(sizes),
                         {path: (size, False) for path, size in volumes.items()})
        quota = self.ask("namespace/quota", path="/")
        self.assertEqual((quota["used"], quota["status"]), (sum(sizes), "OK"))
        disk = os.statvfs(self.server.data)
        self.assertEqual(quota["allowed"], disk.f_blocks * disk.f_frsize)
        self.assertEqual(self.ask("namespace/dist", path="/")["dist"], oracle.dist(sizes))

    def check_stored_rows(self):
        """Pages that count what lies below a deleted directory until it is purged."""
        self.eventually(self.check_file_counts)
        self.eventually(self.check_cluster)
        self.eventually(self.check_buckets)

    def eventually(self, check):
        """`check` passes: at last when what runs in the background has caught up."""
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError):
                return check()
        return check()

    def check_file_counts(self):
        def rows(**filters):
            return sorted((row["volume"], row["bucket"], row["fileSize"], row["count"])
                          for row in self.ask("utilization/fileCount", **filters))
        expected = sorted(row for bucket in self.buckets for row in bucket.file_counts())
        self.assertEqual(rows(), expected)
        self.assertEqual(rows(volume="shire"), [row for row in expected if row[0] == "shire"])
        self.assertEqual(rows(volume="bree", bucket="small", fileSize=2048),
                         [row for row in expected if row[1] == "small" and row[2] == 2048])

    def check_cluster(self):
        cluster = self.ask("clusterState")
        self.assertEqual((cluster["volumes"], cluster["buckets"], cluster["keys"]),
                         (2, len(self.buckets), len(self.sizes())))
        self.assertEqual((cluster["deletedDirs"], cluster["keysPendingDeletion"]), (0, 0))

    def check_buckets(self):
        rows = self.ask("buckets")
        self.assertEqual(rows["totalCount"], len(self.buckets))
        self.assertEqual(
            {(row["volumeName"], row["name"]):
             (row["bucketLayout"], row["usedBytes"], row["usedNamespace"])
             for row in rows["buckets"]},
            {(bucket.volume, bucket.name):
             (bucket.layout, sum(bucket.sizes()),
              len(bucket.keys) + len(bucket.directories)) for bucket in self.buckets})


if __name__ == "__main__":
    outsider.main()
