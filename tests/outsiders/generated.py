#!/usr/bin/env python3
"""A namespace made by `dobsonctl generate`, and a server of it that keeps no bytes."""

import http.client
import json
import os
import tempfile
import unittest

import outsider
from dobsond import DidNotStart, Server, TIMEOUT_S

KEYS = 3000
NULL = "blocks.store=null"


class Generated(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="generated-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.programs = outsider.Outsider.programs

    def place(self, name):
        """Where a Server has its data."""
        os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        return os.path.join(self.folder, name, "data")

    def ctl(self, *words, code=0):
        run = outsider.Outsider().run_program(os.path.join(self.programs, "dobsonctl"), *words)
        self.assertEqual(run.returncode, code, (words, run.stdout, run.stderr))
        return (run.stderr if code else run.stdout).decode()

    def generate(self, name, *words, keys=KEYS):
        self.ctl("generate", self.place(name), "--keys", str(keys), *words)

    def start(self, name, *settings):
        self.place(name)
        self.server = Server(os.path.join(self.programs, "dobsond"), settings,
                             os.path.join(self.folder, name))
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())

    def call(self, method, path, status, body=None):
        connection = http.client.HTTPConnection(*self.server.address, timeout=TIMEOUT_S)
        connection.request(method, path, body, outsider.HEADERS)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        self.assertEqual(reply.status, status, (method, path, content))
        return json.loads(content) if content and status != 201 else {}

    def buckets(self):
        for volume in self.call("GET", "/?root-scan=true", 200)["volumes"]:
            path = f"/{volume['volumeName']}"
            for bucket in self.call("GET", path, 200)["buckets"]:
                yield f"{path}/{bucket['bucketName']}", bucket

    def keys(self, bucket):
        after = ""
        while page := self.call("GET", f"{bucket}?prev-key={after}", 200)["keyList"]:
            yield from ((row["keyName"], row["size"], row["md5hash"]) for row in page)
            after = page[-1]["keyName"]

    def all_keys(self, name):
        self.start(name, NULL)
        found = {path: list(self.keys(path)) for path, _ in self.buckets()}
        self.server.stop()
        return found

    def test_a_seed_stands_for_a_namespace(self):
        for name, seed in (("one", 7), ("same", 7), ("other", 8)):
            self.generate(name, "--seed", str(seed))
        one, same, other = (self.all_keys(name) for name in ("one", "same", "other"))
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)

    def test_it_is_what_it_says(self):
        self.generate("data", "--volumes", "3", "--buckets", "2", "--deleted", "0.5",
                      "--uploads", "5")
        *findings, counted = map(json.loads, self.ctl("verify", "--json",
                                                      self.place("data")).splitlines())
        self.assertEqual((findings, counted["findings"]), ([], 0))
        self.assertEqual((counted["volumes"], counted["buckets"]), (3, 6))
        self.assertLess(abs(counted["keys"] - KEYS / 2), KEYS / 10)
        found = self.all_keys("data")
        self.assertEqual(sum(map(len, found.values())), counted["keys"])
        for keys in found.values():
            names = [name for name, _, _ in keys]
            self.assertEqual(names, sorted(set(names)))
        rows = [row for keys in found.values() for row in keys]
        self.assertEqual(sum(size for _, size, _ in rows), counted["bytes"])
        self.assertGreater(max(len(name) for name, _, _ in rows), 500)
        self.start("data", NULL)
        uploads = [self.call("GET", f"{path}?uploads", 200)["uploads"] for path in found]
        self.assertEqual(sum(map(len, uploads)), 5)

    def test_bytes_are_refused(self):
        self.generate("data", "--deleted", "0")
        self.start("data", NULL)
        bucket = next(path for path, _ in self.buckets())
        name = next(name for name, size, _ in self.keys(bucket) if size > 0)
        for method, path, body in (("GET", f"{bucket}/{name}", None),
                                   ("PUT", f"{bucket}/new", b"bytes")):
            error = self.call(method, path, 503, body)
            self.assertIn("keeps no bytes", error["message"])
        self.call("PUT", f"{bucket}/new", 201, b"")
        self.call("GET", f"{bucket}/new", 200)
        self.call("DELETE", f"{bucket}/{name}", 200)
        self.call("GET", f"{bucket}/{name}", 404)
        self.server.stop()
        self.ctl("verify", self.place("data"))

    def test_neither_store_is_taken_for_the_other(self):
        self.generate("null", keys=10)
        with self.assertRaisesRegex(DidNotStart, "blocks.store = null; set it again"):
            self.start("null")
        self.start("local")
        self.server.stop()
        with self.assertRaisesRegex(DidNotStart, "set blocks.store = local"):
            self.start("local", NULL)
        self.assertIn("is there already",
                      self.ctl("generate", self.place("local"), "--keys", "1", code=2))


if __name__ == "__main__":
    outsider.main()
