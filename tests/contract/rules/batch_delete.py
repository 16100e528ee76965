"""§4.10: batch delete."""

import page
import support
from rules.case import OzoneCase, dumps, standard

FORM = 'The body must be {"keys":[string],"quiet":boolean}.'
COUNT = "The body must name 1 to 1000 keys."
SIZE = "The body has more than 2 MiB."
MOST = 2 << 20  # bytes of the body


class BatchCase(OzoneCase):
    def delete(self, bucket, *keys, query="?delete", **fields):
        """The names deleted, and (name, code) of those that are not."""
        reply = self.done(200, "POST", bucket + query, dumps({"keys": keys} | fields))
        self.assertEqual(reply["Content-Type"], "application/json")
        body = reply.json()
        self.assertEqual(list(body), ["deleted", "errors"])
        for error in body["errors"]:
            self.assertEqual(list(error), ["keyName", "shortMessage", "message"])
            self.assertTrue(error["message"])
        return body["deleted"], [(e["keyName"], e["shortMessage"]) for e in body["errors"]]

    def filled(self, *names):
        bucket = self.bucket()
        for name in names:
            self.put(f"{bucket}/{name}")
        return bucket


class TestBatchDelete(BatchCase):
    def test_delete(self):
        """In request order; a key that is missing counts as deleted."""
        bucket = self.filled("a", "b", "c/d", "e")
        self.assertEqual(self.delete(bucket, "c/d", "none", "a"), (["c/d", "none", "a"], []))
        self.assertEqual(self.keys(bucket), ["b", "e"])
        listed, = self.get_json(bucket.rsplit("/", 1)[0])["buckets"]
        self.assertEqual((listed["bytesUsed"], listed["keyCount"]), (14, 2))

    def test_quiet(self):
        bucket = self.filled("a", "b", "c")
        self.assertEqual(self.delete(bucket, "a", "none", quiet=True), ([], []))
        self.assertEqual(self.delete(bucket, "b", "", quiet=True), ([], [("", "invalidKey")]))
        self.assertEqual(self.delete(bucket, "c", quiet=False), (["c"], []))
        self.assertEqual(self.keys(bucket), [])

    def test_names(self):
        """What no key is called is an error of its own."""
        long = "k" * 1024
        names = ["ä/ö", "a b", long, '"', "\U0001F600"]
        bucket = self.bucket()
        for name in names:
            path = "".join(f"%{byte:02X}" for byte in name.encode())
            self.put(f"{bucket}/{path}")
        illegal = ["", long + "k", "a\0"]
        self.assertEqual(self.delete(bucket, illegal[0], *names, *illegal[1:]),
                         (names, [(name, "invalidKey") for name in illegal]))
        self.assertEqual(self.keys(bucket), [])
        self.assertEqual(self.delete(bucket, *illegal), ([], [(n, "invalidKey") for n in illegal]))

    def test_one_name_twice(self):
        """The second time it is missing."""
        bucket = self.filled("a", "b")
        self.assertEqual(self.delete(bucket, "a", "b", "a"), (["a", "b", "a"], []))

    def test_many(self):
        bucket = self.bucket()
        names = [f"k{i:04}" for i in range(1000)]
        self.many((201, "PUT", f"{bucket}/{name}", b"") for name in names + ["rest"])
        self.assertEqual(self.delete(bucket, *names), (names, []))
        self.assertEqual(self.keys(bucket), ["rest"])
        self.refused("invalidRequest", COUNT, "POST", bucket + "?delete",
                     dumps({"keys": ["rest"] * 1001}))
        self.assertEqual(self.keys(bucket), ["rest"])

    def test_malformed(self):
        """Nothing is deleted, and no bucket is created."""
        bucket = self.filled("a")
        deep = b'{"keys":["a"],"x":' + b"[" * 5000 + b"]" * 5000 + b"}"
        for body in (b"", None, b"x", b"[]", b'["a"]', b"null", b"{}", b'{"quiet":true}',
                     b'{"keys":"a"}', b'{"keys":[1]}', b'{"keys":["a",null]}', b'{"keys":[["a"]]}',
                     b'{"keys":{"a":1}}', b'{"keys":null}', b'{"keys":["a"],"keys":["a"]}',
                     b'{"keys":["a"],"quiet":1}', b'{"keys":["a"],"quiet":"true"}',
                     b'{"keys":["a"],"quiet":null}', b'{"keys":["a"],"quiet":true,"quiet":true}',
                     b'{"keys":["a"]} {}', b'{"keys":["a"]', b'{"keys":["a"],}', b"{'keys':['a']}",
                     b'{"keys":["a","\xff"]}', b'{"keys":["a","\\ud800"]}', b'{"Keys":["a"]}',
                     b'{"keys":["a"],"x":01}', deep):
            with self.subTest(body=body and body[:40]):
                self.refused("invalidRequest", FORM, "POST", bucket + "?delete", body)
        self.refused("invalidRequest", COUNT, "POST", bucket + "?delete", b'{"keys":[]}')
        self.assertEqual(self.keys(bucket), ["a"])

    def test_fields_that_are_unknown(self):
        bucket = self.filled("a")
        body = b' { "x" : [ { "keys" : 1 } ], "keys" : [ "\\u0061" ] , "y" : null } '
        reply = self.done(200, "POST", bucket + "?delete", body)
        self.assertEqual(reply.body, b'{"deleted":["a"],"errors":[]}')

    def padded(self, size):
        body = dumps({"keys": ["a"]})
        return body + b" " * (size - len(body))

    def test_size(self):
        bucket = self.filled("a")
        self.refused("invalidRequest", SIZE, "POST", bucket + "?delete", self.padded(MOST + 1))
        head = support.request_bytes("POST", bucket + "?delete", standard(
            headers=[("Transfer-Encoding", "chunked")]))
        for size, status in ((MOST + 1, 400), (MOST, 200)):
            self.assertIn("a", self.keys(bucket))
            body = b"%x\r\n" % size + self.padded(size) + b"\r\n0\r\n\r\n"
            self.assertEqual(self.exchange(head + body, "POST").status, status)
        self.put(bucket + "/a")
        self.done(200, "POST", bucket + "?delete", self.padded(MOST))
        self.assertEqual(self.keys(bucket), [])

    def test_is_never_another_call(self):
        """§2.3: a path that lost its key name; a bucket that is missing is not created."""
        bucket = self.filled("a")
        volume, body = bucket.rsplit("/", 1)[0], dumps({"keys": ["a"]})
        self.refused("invalidKey", None, "POST", bucket + "/?delete", body)
        self.missing("delete key", "bucketNotFound", "POST", volume + "/none?delete", body)
        self.missing("delete key", "bucketNotFound", "POST", volume + "/none?delete", b"x")
        self.missing("delete key", "volumeNotFound", "POST", "/no-volume/none?delete", body)
        self.assertEqual(len(self.buckets(volume)), 1)
        self.assertEqual(self.delete(bucket, "a", query="?delete=x&y"), (["a"], []))

    def test_short_body(self):
        bucket = self.filled("a")
        head = support.request_bytes("POST", bucket + "?delete", standard(
            headers=[("Content-Length", "100")]))
        reply = self.exchange(head + dumps({"keys": ["a"]}), "POST", half_close=True)
        self.assertEqual((reply.status, reply.json()["shortMessage"]), (400, "incompleteBody"))
        self.assertEqual(self.keys(bucket), ["a"])

    def test_of_directories(self):
        """§4.13."""
        bucket = self.bucket(headers=[("x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED")])
        self.put(bucket + "/a/k")
        self.put(bucket + "/b")
        self.assertEqual(self.delete(bucket, "a/", "a//k", "b", "x/y"),
                         (["b", "x/y"], [("a/", "directoryNotEmpty"), ("a//k", "invalidKey")]))
        self.assertEqual(self.delete(bucket, "a/k", "a/"), (["a/k", "a/"], []))
        self.assertEqual(self.keys(bucket, "?directories=true"), [])

    def test_messages(self):
        """Those that DELETE of the key alone has."""
        bucket = self.bucket(headers=[("x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED")])
        self.put(bucket + "/a/k")
        reply = self.done(200, "POST", bucket + "?delete", dumps({"keys": ["a/", "a//k", ""]}))
        self.assertEqual([error["message"] for error in reply.json()["errors"]],
                         [page.ERRORS["directoryNotEmpty"][1],
                          page.STEMS["delete key"] + page.INVALID_KEY_NAME,
                          page.ERRORS["invalidKey"][1]])
