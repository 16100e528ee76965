#!/usr/bin/env python3
"""The curl lines of the seed document, by the real curl, in their order.

`seed.curl` has them as printed; `localhost:9880` leads to the server of the test, and what a line
takes for granted is made before it. Run corrected: the path of the local file, and the two slips
that spec/ozone-rest.md §3.16 names, `buket-0` and `http:/localhost`.
"""

import hashlib
import json
import os
import shlex
import time
from email.utils import parsedate_to_datetime

import outsider

with open(os.path.join(outsider.HERE, "seed.curl"), encoding="utf-8") as file:
    LINES = file.read().splitlines()
CORRECTIONS = {"/buket-0/": "/bucket-0/", "http:/localhost": "http://localhost"}
CONTENT = b"Hello Ozone!"
STARTED = time.time()


class Recently:
    """Equals every date since the test began (spec/ozone-rest.md §2.5)."""

    def __eq__(self, text):
        seconds = parsedate_to_datetime(text).timestamp()
        form = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(seconds))
        return text == form and int(STARTED) <= seconds <= time.time()


RECENTLY = Recently()
VOLUME = {"owner": {"name": "bilbo"}, "quota": {"unit": "TB", "size": 1048576},
          "volumeName": "volume-of-bilbo", "createdOn": RECENTLY, "createdBy": "root"}
PEREGRIN = {"type": "USER", "name": "peregrin", "rights": "READ_WRITE"}


def bucket(name, acls=(), **more):
    return {"volumeName": "volume-of-bilbo", "bucketName": name, "createdOn": RECENTLY,
            "acls": list(acls), "versioning": "DISABLED", "storageType": "DISK"} | more


def key(name):
    return {"version": 0, "md5hash": hashlib.md5(CONTENT).hexdigest(), "createdOn": RECENTLY,
            "modifiedOn": RECENTLY, "size": len(CONTENT), "keyName": name, "type": "STAND_ALONE"}


class SeedCurl(outsider.Outsider):
    def curl(self, request, status, body=b"", wrong=None):
        """The next line, which must be `request`: method and path. `body`: bytes, or JSON as a
        value. `wrong`: the slip in it."""
        line = self.lines.pop(0)
        if wrong:
            self.assertIn(wrong, line)
            line = line.replace(wrong, CORRECTIONS[wrong])
        words = shlex.split(line.replace("/path/to/localfile", "localfile"))
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        self.assertEqual(f"{method} {words[-1]}", request.replace(" /", " http://localhost:9880/"))
        run = self.run_program(
            words[0], "-sS", "-w", "%{stderr}%{http_code}", "--connect-to",
            "localhost:9880:{}:{}".format(*self.server.address), *words[1:], cwd=self.scratch)
        self.assertEqual((run.returncode, run.stderr.decode()), (0, str(status)), line)
        output = run.stdout
        if "-O" in words:
            with open(os.path.join(self.scratch, words[-1].rsplit("/", 1)[1]), "rb") as saved:
                output = saved.read()
        if "-i" in words:
            head, output = output.split(b"\r\n\r\n", 1)
            self.check_head(head.decode(), status, len(output))
        self.assertEqual(output if isinstance(body, bytes) else json.loads(output), body, line)

    def check_head(self, head, status, length):
        first, *lines = head.split("\r\n")
        self.assertTrue(first.startswith(f"HTTP/1.1 {status} "), first)
        headers = dict(line.split(": ", 1) for line in lines)
        self.assertEqual(int(headers["Content-Length"]), length)
        self.assertEqual(headers["Date"], RECENTLY)
        for name in ("x-ozone-server-name", "x-ozone-request-id", "Content-Type"):
            self.assertTrue(headers[name], name)

    def test_the_lines(self):
        self.lines = list(LINES)
        with open(os.path.join(self.scratch, "localfile"), "wb") as local:
            local.write(CONTENT)
        self.volumes()
        self.buckets()
        self.keys()
        self.assertEqual(self.lines, [])

    def volumes(self):
        for volume in ("/volume-to-update", "/volume-to-delete", "/volume-of-bilbo"):
            self.call("POST", volume, status=201)
        self.curl("POST /volume-to-create", 201)
        self.curl("PUT /volume-to-update", 200)
        self.assertIn(b'"name":"john"', self.call("GET", "/volume-to-update?info=volume"))
        self.curl("DELETE /volume-to-delete", 200)
        self.call("GET", "/volume-to-delete?info=volume", status=404)
        self.curl("GET /volume-of-bilbo?info=volume", 200, VOLUME)
        self.curl("GET /?max-keys=100&prefix=Jan", 200, {"volumes": []})

    def buckets(self):
        self.call("POST", "/volume-of-bilbo/bucket-to-update", status=201)
        self.curl("POST /volume-of-bilbo/bucket-0", 201)
        self.curl("PUT /volume-of-bilbo/bucket-to-update", 200)
        self.curl("DELETE /volume-of-bilbo/bucket-0", 200)
        self.call("GET", "/volume-of-bilbo/bucket-0?info=bucket", status=404)
        self.call("POST", "/volume-of-bilbo/bucket-0", status=201)
        self.curl("GET /volume-of-bilbo/bucket-0?info=bucket", 200, bucket("bucket-0"))
        counts = {"versioning": None, "bytesUsed": 0, "keyCount": 0}
        self.curl("GET /volume-of-bilbo?max-keys=10", 200,
                  {"buckets": [bucket("bucket-0", **counts),
                               bucket("bucket-to-update", [PEREGRIN], **counts)]})

    def keys(self):
        here = "/volume-of-bilbo/bucket-0"
        self.curl(f"PUT {here}/file-0", 201)
        self.curl(f"GET {here}/file-0", 200, CONTENT)
        self.call("PUT", f"{here}/file-1", CONTENT, status=201)
        self.curl(f"GET {here}/file-1", 200, CONTENT)
        self.curl(f"DELETE {here}/file-0", 200)
        self.call("GET", f"{here}/file-0", status=404)
        self.call("PUT", f"{here}/file-0", CONTENT, status=201)
        self.curl(f"GET {here}/file-0?info=key", 200, key("file-0"), wrong="/buket-0/")
        self.curl(f"GET {here}/?max-keys=100&prefix=file", 200,
                  {"name": "bucket-0", "prefix": "file", "maxKeys": 100, "truncated": False,
                   "keyList": [key("file-0"), key("file-1")]}, wrong="http:/localhost")


if __name__ == "__main__":
    outsider.main()
