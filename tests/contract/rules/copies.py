"""§4.9: copy."""

import page
import support
from rules.case import OzoneCase, quoted, standard

ABSENT = "0" * 32
NO_BODY = "A copy has no body."


class CopyCase(OzoneCase):
    def copied(self, status, source, target, *headers, **who):
        return self.done(status, "PUT", target, headers=[("x-ozone-copy-source", source), *headers],
                         **who)

    def not_copied(self, short_message, message, source, target, *headers, body=None, **who):
        return self.refused(short_message, message, "PUT", target, body,
                            headers=[("x-ozone-copy-source", source), *headers], **who)


class TestCopy(CopyCase):
    def test_copy(self):
        """201, empty, the ETag of the content; a key of its own from then on."""
        source, target = self.put(self.bucket() + "/a", b"content"), self.bucket() + "/b/c"
        reply = self.copied(201, source, target)
        self.assertEqual((reply.body, reply["Content-Length"], reply["ETag"]),
                         (b"", "0", f'"{page.md5_hex(b"content")}"'))
        self.put(source, b"other")
        self.assertEqual(self.done(200, "GET", target).body, b"content")
        self.done(200, "DELETE", source)
        read = self.done(200, "GET", target)
        self.assertEqual((read.body, read["ETag"]), (b"content", reply["ETag"]))
        self.put(target, b"")
        self.assertEqual(self.done(200, "GET", target).body, b"")

    def test_info(self):
        bucket = self.bucket()
        self.put(bucket + "/a", b"content")
        self.next_second()
        self.copied(201, bucket + "/a", bucket + "/b")
        first, second = self.info(bucket + "/a"), self.info(bucket + "/b")
        self.assertGreater(page.seconds(second["createdOn"]), page.seconds(first["createdOn"]))
        self.assertEqual(second["modifiedOn"], second["createdOn"])
        same = ("md5hash", "size", "version", "type")
        self.assertEqual([first[name] for name in same], [second[name] for name in same])

    def test_replaces(self):
        """As a PUT does."""
        bucket = self.bucket(headers=[("x-ozone-bucket-versioning", "ENABLED")])
        self.put(bucket + "/a", b"content")
        self.put(bucket + "/b", b"old")
        before = self.info(bucket + "/b")
        self.next_second()
        self.copied(201, bucket + "/a", bucket + "/b")
        after = self.info(bucket + "/b")
        self.assertEqual((after["createdOn"], after["version"], after["size"]),
                         (before["createdOn"], 1, 7))
        self.assertGreater(page.seconds(after["modifiedOn"]), page.seconds(before["modifiedOn"]))

    def test_onto_itself(self):
        """Only modifiedOn changes."""
        bucket = self.bucket(headers=[("x-ozone-bucket-versioning", "ENABLED")])
        path = self.put(bucket + "/a", b"content", headers=[("x-ozone-meta-colour", "green")])
        before = self.info(path)
        self.next_second()
        reply = self.copied(201, path, path)
        after = self.info(path)
        self.assertGreater(page.seconds(after["modifiedOn"]), page.seconds(before["modifiedOn"]))
        self.assertEqual(after | {"modifiedOn": ""}, before | {"modifiedOn": ""})
        read = self.done(200, "GET", path)
        self.assertEqual((read.body, read["ETag"], read["x-ozone-meta-colour"]),
                         (b"content", reply["ETag"], "green"))

    def test_large_keys(self):
        """No byte is moved: the blocks of both are the same."""
        bucket = self.bucket()
        data = bytes(range(256)) * (1 << 15)
        self.put(bucket + "/a", data)
        self.copied(201, bucket + "/a", bucket + "/b")
        self.assertEqual(self.done(200, "GET", bucket + "/b").body, data)
        first, second = (self.get_json(f"{bucket}/{key}?info=key-detail") for key in "ab")
        self.assertEqual(first["keyLocations"], second["keyLocations"])

    def test_names(self):
        """Percent-encoded, read once, as a path is."""
        bucket = self.bucket()
        for name in ("a b", "a+b", "ä/ö", "100%", "%41", "a//b/", "?x=y#z", "a;b"):
            with self.subTest(name=name):
                self.put(f"{bucket}/{quoted(name)}", name.encode())
                self.copied(201, f"{bucket}/{quoted(name)}", bucket + "/copy")
                self.assertEqual(self.done(200, "GET", bucket + "/copy").body, name.encode())
        self.copied(201, f"{bucket}/a+b", bucket + "/copy")
        self.assertEqual(self.done(200, "GET", bucket + "/copy").body, b"a+b")

    def test_sources_that_cannot_be(self):
        bucket = self.bucket()
        path = self.put(bucket + "/k")
        for source, short_message, message in [
                ("", "invalidRequest", "A copy's source is a path."),
                (path[1:], "invalidRequest", "A copy's source is a path."),
                ("http://localhost" + path, "invalidRequest", "A copy's source is a path."),
                ("/", "invalidVolumeName", page.NAME_LENGTH),
                ("/vol", "invalidBucketName", page.NAME_LENGTH),
                ("//buc/k", "invalidVolumeName", page.NAME_LENGTH),
                ("/Vol/buc/k", "invalidVolumeName", page.NAME_UPPER),
                ("/vol/b_c/k", "invalidBucketName", page.NAME_CHARACTER + "_"),
                ("/vol%2Fbuc/k/k", "invalidVolumeName", page.NAME_CHARACTER + "/"),
                ("/vol/buc", "invalidKey", None), ("/vol/buc/", "invalidKey", None),
                ("/vol/buc/%zz", "invalidKey", None), ("/vol/buc/%FF", "invalidKey", None),
                ("/vol/buc/a%00", "invalidKey", None),
                ("/vol/buc/" + "k" * 1025, "invalidKey", None),
                ("/vol/%zz/k", "invalidRequest", None), ("/%zz/buc/k", "invalidRequest", None)]:
            with self.subTest(source=source):
                self.not_copied(short_message, message, source, bucket + "/copy")
        self.assertEqual(self.keys(bucket), ["k"])

    def test_what_is_missing(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        path = self.put(bucket + "/k")
        stem = page.STEMS["put key"]
        for source, target, short_message in [
                ("/no-volume/none/k", bucket + "/copy", "volumeNotFound"),
                (volume + "/none/k", bucket + "/copy", "bucketNotFound"),
                (bucket + "/none", bucket + "/copy", "keyNotFound"),
                (bucket + "/none", bucket + "/none", "keyNotFound"),
                (path, "/no-volume/none/k", "volumeNotFound"),
                (path, volume + "/none/k", "bucketNotFound")]:
            self.not_copied(short_message, stem + page.CODES[short_message], source, target)
        self.assertEqual(self.keys(bucket), ["k"])

    def test_body(self):
        """There is none, and it needs no length."""
        bucket = self.bucket()
        source, target = self.put(bucket + "/k"), bucket + "/copy"
        self.not_copied("invalidRequest", NO_BODY, source, target, body=b"x")
        self.not_copied("invalidRequest", NO_BODY, source, target, body=bytes(3 << 20))
        headers = [("x-ozone-copy-source", source)]
        reply = self.chunked(target, b"1\r\nx\r\n0\r\n\r\n", headers)
        self.assert_error(reply, "invalidRequest", NO_BODY)
        self.assertEqual(self.keys(bucket), ["k"])
        self.assertEqual(self.chunked(target, b"0\r\n\r\n", headers).status, 201)
        self.done(201, "PUT", target, b"", headers=headers)

    def test_quota(self):
        """Every copy counts."""
        volume = self.volume(quota="20BYTES")
        bucket = self.bucket(volume)
        path = self.put(bucket + "/a", b"12345678")
        self.copied(201, path, bucket + "/b")
        listed, = self.get_json(volume)["buckets"]
        self.assertEqual((listed["bytesUsed"], listed["keyCount"]), (16, 2))
        self.not_copied("quotaExceeded", "Create key failed, error:QUOTA_EXCEEDED", path,
                        bucket + "/c")
        self.copied(201, path, bucket + "/b")
        self.copied(201, path, path)
        self.copied(201, path, self.bucket() + "/elsewhere")

    def test_of_another_method(self):
        """It means something in a PUT alone."""
        path = self.put(self.bucket() + "/k")
        headers = [("x-ozone-copy-source", "/no-volume/none/k")]
        self.done(200, "GET", path, headers=headers)
        self.done(200, "DELETE", path, headers=headers)


class TestConditions(CopyCase):
    def setUp(self):
        super().setUp()
        self.base = self.bucket()
        self.source = self.put(self.base + "/k", b"content")
        self.target = self.base + "/copy"
        self.tag = page.md5_hex(b"content")

    def test_of_the_source(self):
        tag = self.tag
        for value, among in [("*", True), (tag, True), (f'"{tag}"', True),
                             (f'"{ABSENT}", "{tag}"', True), (ABSENT, False), ("x,y", False)]:
            for name, good in (("match", among), ("none-match", not among)):
                with self.subTest(name=name, value=value):
                    header = ("x-ozone-copy-source-if-" + name, value)
                    if good:
                        self.copied(201, self.source, self.target, header)
                    else:
                        self.not_copied("preconditionFailed", None, self.source, self.target,
                                        header)
        self.not_copied("preconditionFailed", None, self.source, self.target,
                        ("x-ozone-copy-source-if-match", f'W/"{tag}"'))
        self.not_copied("preconditionFailed", None, self.source, self.target,
                        ("x-ozone-copy-source-if-none-match", f'W/"{tag}"'))

    def test_of_the_target(self):
        create, replace = ("If-None-Match", "*"), ("If-Match", self.tag)
        self.not_copied("preconditionFailed", None, self.source, self.target, replace)
        self.copied(201, self.source, self.target, create)
        self.not_copied("preconditionFailed", None, self.source, self.target, create)
        self.copied(201, self.source, self.target, replace)
        self.not_copied("preconditionFailed", None, self.source, self.target, ("If-Match", ABSENT))

    def test_a_source_that_is_missing(self):
        self.not_copied("keyNotFound", "Create key failed, error:KEY_NOT_FOUND",
                        self.base + "/none", self.target, ("x-ozone-copy-source-if-match", "*"))

    def test_malformed(self):
        match, none = "x-ozone-copy-source-if-match", "x-ozone-copy-source-if-none-match"
        for headers in ([(match, "")], [(match, " ")], [(none, "")],
                        [(match, "*"), (none, ABSENT)], [("If-Match", "")],
                        [("If-None-Match", ABSENT)], [("If-Match", "*"), ("If-None-Match", "*")]):
            with self.subTest(headers=headers):
                reply = self.call("PUT", self.target,
                                  headers=[("x-ozone-copy-source", self.source), *headers])
                self.assertEqual((reply.status, reply.json()["shortMessage"]),
                                 (400, "invalidRequest"))
        self.assertEqual(self.keys(self.base), ["k"])

    def test_without_a_source(self):
        """The conditions of a source say nothing about a PUT."""
        self.put(self.target, b"x", headers=[("x-ozone-copy-source-if-match", ABSENT)])


class TestPipelined(CopyCase):
    def test_the_next_request(self):
        """An empty chunked body is read to its end."""
        bucket = self.bucket()
        source = self.put(bucket + "/k")
        head = support.request_bytes("PUT", bucket + "/copy", standard(
            headers=[("Transfer-Encoding", "chunked"), ("x-ozone-copy-source", source)]))
        following = support.request_bytes("GET", bucket + "/copy", standard())
        self.assertEqual(self.exchange(head + b"0\r\n\r\n" + following).status, 201)
        self.assertEqual(self.connection.reply("GET").body, b"content")
