"""§4.5: conditional requests."""

import page
from rules.case import OzoneCase

BEFORE, AFTER = "Mon, 01 Jan 2001 00:00:00 GMT", "Wed, 01 Jan 2098 00:00:00 GMT"
ABSENT = "00000000000000000000000000000000"


class TestReading(OzoneCase):
    DATA = b"content"

    def setUp(self):
        super().setUp()
        self.path = self.put(self.bucket() + "/k", self.DATA)
        self.md5 = page.md5_hex(self.DATA)

    def expect(self, status, *headers):
        for method in ("GET", "HEAD"):
            with self.subTest(method=method, headers=headers):
                reply = self.done(status, method, self.path, headers=headers)
                if status in (200, 304):
                    self.assertEqual(reply["ETag"], f'"{self.md5}"')
                    self.assertEqual(reply["Last-Modified"], self.info(self.path)["modifiedOn"])
                if status == 304:
                    self.assertEqual(reply.body, b"")
                    self.assertIsNone(reply["Content-Length"])
                if status == 412 and method == "GET":
                    self.assert_error(reply, "preconditionFailed", "A precondition did not hold.")

    def lists(self):
        """Entity tags, quoted and not, and whether the key's is among them."""
        yield "*", True
        for tag in (self.md5, f'"{self.md5}"'):
            yield tag, True
            yield f'"{ABSENT}", {tag}', True
            yield f' {tag} ,"x"', True
        for other in (ABSENT, f'"{ABSENT}"', f'"{self.md5}', '"x"', "", ",", "x,y"):
            yield other, False

    def test_if_match(self):
        for value, among in self.lists():
            self.expect(200 if among else 412, ("If-Match", value))
        self.expect(412, ("If-Match", f'W/"{self.md5}"'))

    def test_if_none_match(self):
        for value, among in self.lists():
            self.expect(304 if among else 200, ("If-None-Match", value))
        self.expect(304, ("If-None-Match", f'W/"{self.md5}"'))

    def test_dates(self):
        modified = self.info(self.path)["modifiedOn"]
        for date, since in ((BEFORE, True), (modified, False), (AFTER, False)):
            self.expect(412 if since else 200, ("If-Unmodified-Since", date))
            self.expect(200 if since else 304, ("If-Modified-Since", date))
        for date in ("", "yesterday", "2001-01-01"):
            self.expect(200, ("If-Unmodified-Since", date))
            self.expect(200, ("If-Modified-Since", date))

    def test_tags_before_dates(self):
        self.expect(200, ("If-Match", self.md5), ("If-Unmodified-Since", BEFORE))
        self.expect(200, ("If-None-Match", ABSENT), ("If-Modified-Since", AFTER))
        self.expect(412, ("If-Match", ABSENT), ("If-None-Match", self.md5))
        self.expect(304, ("If-Match", self.md5), ("If-None-Match", self.md5))

    def test_before_the_range(self):
        """§4.6."""
        for status, name in ((304, "If-None-Match"), (412, "If-Unmodified-Since")):
            value = self.md5 if status == 304 else BEFORE
            self.expect(status, (name, value), ("Range", "bytes=100-"))

    def test_a_key_that_is_not_there(self):
        for name in ("If-Match", "If-None-Match"):
            self.refused("keyNotFound", "Lookup key failed, error:KEY_NOT_FOUND", "GET",
                         self.path + "2", headers=[(name, "*")])


class TestWriting(OzoneCase):
    def setUp(self):
        super().setUp()
        self.path = self.bucket() + "/k"

    def conditional(self, good, method, name, value, path=None, body=None):
        path = path or self.path
        if good:
            return self.done(201 if method == "PUT" else 200, method, path, body,
                             headers=[(name, value)])
        return self.refused("preconditionFailed", None, method, path, body,
                            headers=[(name, value)])

    def test_create_only(self):
        self.conditional(True, "PUT", "If-None-Match", "*", body=b"first")
        self.conditional(False, "PUT", "If-None-Match", "*", body=b"second")
        self.assertEqual(self.done(200, "GET", self.path).body, b"first")

    def test_replace_exactly_this(self):
        md5 = page.md5_hex(b"first")
        for value in ("*", md5):
            self.conditional(False, "PUT", "If-Match", value, body=b"first")
        self.put(self.path, b"first")
        for value in (ABSENT, '"x"', f'W/"{md5}"'):
            self.conditional(False, "PUT", "If-Match", value, body=b"second")
        self.conditional(True, "PUT", "If-Match", f'"{ABSENT}", "{md5}"', body=b"second")
        self.conditional(False, "PUT", "If-Match", md5, body=b"third")
        self.conditional(True, "PUT", "If-Match", "*", body=b"third")
        self.assertEqual(self.done(200, "GET", self.path).body, b"third")

    def test_malformed(self):
        for headers in ([("If-None-Match", "")], [("If-None-Match", ABSENT)],
                        [("If-Match", "")], [("If-Match", " ")],
                        [("If-Match", "*"), ("If-None-Match", "*")]):
            with self.subTest(headers=headers):
                reply = self.call("PUT", self.path, b"x", headers=headers)
                self.assertEqual((reply.status, reply.json()["shortMessage"]),
                                 (400, "invalidRequest"))

    def test_order(self):
        """§2.10: a malformed condition, existence, the condition, the quota."""
        volume = self.path.split("/")[1]
        self.done(200, "PUT", f"/{volume}?quota=0BYTES", user=None)
        self.conditional(False, "PUT", "If-Match", "*", body=b"over the quota")
        missing = f"/{volume}/nowhere/k"
        self.refused("bucketNotFound", "Create key failed, error:BUCKET_NOT_FOUND", "PUT", missing,
                     b"x", headers=[("If-Match", "*")])
        reply = self.call("PUT", missing, b"x", headers=[("If-Match", "")])
        self.assertEqual(reply.json()["shortMessage"], "invalidRequest")

    def test_decided_again_by_the_commit(self):
        create = [("If-None-Match", "*")]
        first = self.begin(self.path, b"first", headers=create)
        second = self.begin(self.path, b"second", headers=create)
        self.assertEqual(self.end(second, b"second").status, 201)
        self.assert_error(self.end(first, b"first"), "preconditionFailed",
                          "A precondition did not hold.")
        self.assertEqual(self.done(200, "GET", self.path).body, b"second")

    def test_delete(self):
        self.conditional(False, "DELETE", "If-Match", "*")
        self.put(self.path, b"first")
        self.conditional(False, "DELETE", "If-Match", ABSENT)
        self.conditional(True, "DELETE", "If-Match", page.md5_hex(b"first"))
        self.refused("keyNotFound", "Delete key failed, error:KEY_NOT_FOUND", "DELETE", self.path)
