"""§3.11 to §3.14, §4.2, §4.3, §4.4, §4.6: objects."""

import base64
import hashlib

import page
import support
from recording import pattern
from rules.case import OzoneCase, quoted, standard

NO_LENGTH = "Content-Length is a required header for putting a key."


class TestPut(OzoneCase):
    def test_put_and_replace(self):
        """201 both times, empty."""
        path = self.bucket() + "/k"
        for data in (b"first", b"", b"third and longer", pattern(1 << 20), b"x"):
            self.put(path, data)
            reply = self.done(200, "GET", path)
            self.assertEqual((reply["Content-Length"], reply.body), (str(len(data)), data))

    def test_sizes(self):
        bucket = self.bucket()
        edges = [1, 4095, 4096, 65535, 65536, 65537, (1 << 20) - 1, 1 << 20, (1 << 20) + 1,
                 3 << 20, 5 * (1 << 19)]
        for size in edges:
            self.put(f"{bucket}/k{size}", pattern(size))
        for size in edges:
            self.assertEqual(self.done(200, "GET", f"{bucket}/k{size}").body, pattern(size))
            self.assertEqual(self.info(f"{bucket}/k{size}")["size"], size)

    def test_several_blocks(self):
        path = self.bucket() + "/big"
        data = pattern(130 << 20)
        self.put(path, data)
        reply = self.done(200, "GET", path)
        self.assertEqual(hashlib.sha256(reply.body).digest(), hashlib.sha256(data).digest())
        locations = self.get_json(path + "?info=key-detail")["keyLocations"]
        self.assertEqual(sum(block["length"] for block in locations), len(data))
        offset = 0
        for block in locations:
            self.assertEqual(block["offset"], offset)
            offset += block["length"]

    def test_length(self):
        """Decision 39."""
        bucket = self.bucket()
        self.refused("invalidRequest", NO_LENGTH, "PUT", bucket + "/k")
        for value in ("abc", "-1", "+1", "1.0", "0x1", "1 1", "1,1", ""):
            with self.subTest(value=value):
                reply = self.call("PUT", bucket + "/k", headers=[("Content-Length", value)])
                self.assertEqual((reply.status, reply.json()["shortMessage"],
                                  reply["Connection"]), (400, "invalidRequest", "close"))
        self.assertEqual(self.keys(bucket), [])

    def test_any_content_type(self):
        bucket = self.bucket()
        for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
            self.put(bucket + "/k", b"data", headers=[("Content-Type", kind)])
        self.assertEqual(self.done(200, "GET", bucket + "/k")["Content-Type"],
                         "application/octet-stream")

    def test_content_md5(self):
        path = self.bucket() + "/k"
        data, other = b"content", b"other"
        hexadecimal = page.md5_hex(data)
        good = [page.md5_base64(data), hexadecimal, hexadecimal.upper(),
                base64.b64encode(hexadecimal.encode()).decode()]
        for value in good:
            with self.subTest(value=value):
                self.put(path, data, headers=[("Content-MD5", value)])
        found = f" Found {page.md5_hex(other)}"
        for value, expected in [(value, hexadecimal) for value in (good[0], good[1], good[3])] + [
                (value, value) for value in ("???", "abc", "", hexadecimal[:-1], good[0][:-4])]:
            with self.subTest(value=value):
                self.refused("badDigest", f"MD5 Digest mismatch. Expected {expected}{found}",
                             "PUT", path, other, headers=[("Content-MD5", value)])
        self.assertEqual(self.done(200, "GET", path).body, data)
        new = path + "2"
        self.refused("badDigest", f"MD5 Digest mismatch. Expected {hexadecimal}{found}",
                     "PUT", new, other, headers=[("Content-MD5", hexadecimal)])
        self.missing("look up key", "keyNotFound", "GET", new)

    def test_short_body(self):
        """Trap 9."""
        path = self.bucket() + "/k"
        self.put(path, b"original")
        for target in (path, path + "2"):
            for sent in (b"", b"abc"):
                head = support.request_bytes("PUT", target, standard(
                    headers=[("Content-Length", "10")]))
                reply = self.exchange(head + sent, half_close=True)
                self.assert_error(reply, "incompleteBody", "Body length mismatch. Expected length "
                                                           f": 10 Found {len(sent)}")
                self.assertEqual(reply["Connection"], "close")
        self.assertEqual(self.done(200, "GET", path).body, b"original")
        self.missing("look up key", "keyNotFound", "GET", path + "2")

    def test_quota(self):
        """Decision 7."""
        volume = self.volume(quota="10BYTES")
        first, second = self.bucket(volume), self.bucket(volume)
        self.put(first + "/a", b"123456")
        self.missing("put key", "quotaExceeded", "PUT", second + "/b", b"12345")
        self.put(second + "/b", b"1234")
        self.missing("put key", "quotaExceeded", "PUT", second + "/c", b"1")
        self.put(second + "/c", b"")
        self.put(first + "/a", b"654321")                      # replaced: its own size is free
        self.missing("put key", "quotaExceeded", "PUT", first + "/a", b"1234567")
        self.assertEqual(self.done(200, "GET", first + "/a").body, b"654321")
        self.done(200, "DELETE", first + "/a")
        self.put(second + "/d", b"123456")
        self.done(200, "PUT", volume + "?quota=remove", user=None)
        self.put(second + "/e", b"1234567")

    def test_quota_of_a_chunked_body(self):
        """Nothing is declared: checked at commit."""
        volume = self.volume(quota="4BYTES")
        path = self.bucket(volume) + "/k"
        reply = self.chunked(path, b"5\r\nhello\r\n0\r\n\r\n")
        self.assert_error(reply, "quotaExceeded", "Create key failed, error:QUOTA_EXCEEDED")
        self.assertEqual(self.chunked(path, b"4\r\nhell\r\n0\r\n\r\n").status, 201)

    def test_quota_zero(self):
        bucket = self.bucket(self.volume(quota="0MB"))
        self.put(bucket + "/empty", b"")
        self.missing("put key", "quotaExceeded", "PUT", bucket + "/one", b"1")

    def test_an_error_while_the_body_comes(self):
        """Decision 38: the error body, then the rest is read and dropped."""
        path = self.volume() + "/none/k"
        for size in (1, 1000, 100_000, 1_000_000):
            with self.subTest(size=size):
                reply = self.refused("bucketNotFound", "Create key failed, error:BUCKET_NOT_FOUND",
                                     "PUT", path, pattern(size))
                if size >= 100_000:
                    self.assertEqual(reply["Connection"], "close")

    def test_two_writers(self):
        """The later commit wins, whoever began; until then readers see the old object."""
        path = self.bucket() + "/k"
        self.put(path, b"original")
        first, second = self.begin(path, b"first"), self.begin(path, b"second")
        self.assertEqual(self.done(200, "GET", path).body, b"original")
        self.assertEqual(self.end(second, b"second").status, 201)
        self.assertEqual(self.done(200, "GET", path).body, b"second")
        self.assertEqual(self.end(first, b"first").status, 201)
        self.assertEqual(self.done(200, "GET", path).body, b"first")

    def test_what_changes_under_an_upload(self):
        """Checked again at commit."""
        bucket = self.bucket()
        upload = self.begin(bucket + "/k", b"content")
        self.done(200, "DELETE", bucket)
        self.assert_error(self.end(upload, b"content"), "bucketNotFound",
                          "Create key failed, error:BUCKET_NOT_FOUND")
        bucket = self.bucket()
        upload = self.begin(bucket + "/k", b"content")
        self.done(200, "PUT", bucket.rsplit("/", 1)[0] + "?quota=6BYTES", user=None)
        self.assert_error(self.end(upload, b"content"), "quotaExceeded",
                          "Create key failed, error:QUOTA_EXCEEDED")
        self.assertEqual(self.keys(bucket), [])

    def test_a_chunked_body_cut_short(self):
        path = self.bucket() + "/k"
        self.put(path, b"original")
        for body in (b"", b"5", b"5\r\nhel", b"5\r\nhello\r\n", b"5\r\nhello\r\n0\r\n"):
            with self.subTest(body=body):
                head = support.request_bytes("PUT", path, standard(
                    headers=[("Transfer-Encoding", "chunked")]))
                reply = self.exchange(head + body, half_close=True)
                self.assertEqual((reply.status, reply["Connection"]), (400, "close"))
        self.assertEqual(self.done(200, "GET", path).body, b"original")

    def test_chunked(self):
        """An extension of §3.11."""
        path = self.bucket() + "/k"
        for body, data in [
                (b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
                (b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", b"hello"),
                (b"0\r\n\r\n", b""),
                (b"00A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
                (b"a;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"0123456789"),
                (b"40000\r\n" + pattern(1 << 18) + b"\r\n0\r\n\r\n", pattern(1 << 18))]:
            with self.subTest(body=body[:40]):
                self.assertEqual(self.chunked(path, body).status, 201)
                self.assertEqual(self.done(200, "GET", path).body, data)

    def test_bad_chunks(self):
        path = self.bucket() + "/k"
        self.put(path, b"original")
        for body in (b"x\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n",
                     b"5\r\nhelloworld\r\n0\r\n\r\n", b"5\nhello\n0\n\n",
                     b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n"):
            with self.subTest(body=body):
                reply = self.chunked(path, body)
                self.assertEqual((reply.status, reply["Connection"]), (400, "close"))
        self.assertEqual(self.done(200, "GET", path).body, b"original")


class TestInfo(OzoneCase):
    def test_fields(self):
        """§3.14, §4.2."""
        path = self.bucket() + "/there/and/back"
        self.put(path, b"hello")
        info = self.info(path)
        self.assertEqual(list(info), ["version", "md5hash", "createdOn", "modifiedOn", "size",
                                      "keyName", "type"])
        self.assertEqual(info | {"createdOn": "", "modifiedOn": ""}, {
            "version": 0, "md5hash": "5d41402abc4b2a76b9719d911017c592", "createdOn": "",
            "modifiedOn": "", "size": 5, "keyName": "there/and/back", "type": "STAND_ALONE"})
        self.assertEqual(info["createdOn"], info["modifiedOn"])  # Decision 46
        detail = self.get_json(path + "?info=key-detail")
        self.assertEqual(list(detail), list(info) + ["keyLocations"])
        location, = detail.pop("keyLocations")
        self.assertEqual(detail, info)
        self.assertEqual(list(location), ["containerID", "localID", "length", "offset"])
        self.assertEqual((location["length"], location["offset"]), (5, 0))
        self.assertTrue(0 < location["containerID"] < 1 << 63)
        self.assertTrue(0 < location["localID"] < 1 << 63)

    def test_an_empty_key_has_no_blocks(self):
        path = self.put(self.bucket() + "/k", b"")
        detail = self.get_json(path + "?info=key-detail")
        self.assertEqual((detail["keyLocations"], detail["size"], detail["md5hash"]),
                         ([], 0, page.md5_hex(b"")))

    def test_dates(self):
        """§3.11: the commit; a replaced key keeps createdOn. Never the client's Date."""
        path = self.put(self.bucket() + "/k")
        first = self.info(path)
        self.next_second()
        self.put(path, b"second")
        second = self.info(path)
        self.assertEqual(second["createdOn"], first["createdOn"])
        self.assertGreater(page.seconds(second["modifiedOn"]), page.seconds(first["modifiedOn"]))
        self.done(200, "DELETE", path)
        self.put(path)
        third = self.info(path)
        self.assertGreater(page.seconds(third["createdOn"]), page.seconds(first["createdOn"]))
        self.assertEqual(third["createdOn"], third["modifiedOn"])

    def test_version_counts_replacements_while_enabled(self):
        """Decision 40."""
        bucket = self.bucket()
        path = bucket + "/k"

        def versions(count):
            shown = []
            for _ in range(count):
                self.put(path)
                shown.append(self.info(path)["version"])
            return shown

        self.assertEqual(versions(3), [0, 0, 0])
        self.done(200, "PUT", bucket, headers=[("x-ozone-bucket-versioning", "ENABLED")])
        self.assertEqual(versions(2), [1, 2])
        self.done(200, "PUT", bucket, headers=[("x-ozone-bucket-versioning", "DISABLED")])
        self.done(200, "DELETE", path)
        self.assertEqual(versions(2), [0, 0])


class TestGet(OzoneCase):
    def test_headers(self):
        """§3.12."""
        path = self.put(self.bucket() + "/k", b"hello")
        for method in ("GET", "HEAD"):
            reply = self.done(200, method, path)
            self.assertEqual(reply["Content-Length"], "5")
            self.assertEqual(reply["ETag"], '"5d41402abc4b2a76b9719d911017c592"')
            self.assertEqual(reply["Last-Modified"], self.info(path)["modifiedOn"])
            self.assertEqual(reply["Accept-Ranges"], "bytes")

    def test_old_bytes_to_the_end(self):
        """A GET that runs while its key is replaced or deleted."""
        path = self.bucket() + "/k"
        data = pattern(32 << 20)
        for change in ("PUT", "DELETE"):
            self.put(path, data)
            slow = support.Connection(self.address)
            slow.send(support.request_bytes("GET", path, standard()))
            slow.received = slow.socket.recv(1000)  # it has begun
            self.call(change, path, b"new" if change == "PUT" else None)
            self.assertEqual(slow.reply().body, data)
            slow.close()

    def test_head_of_missing_keys(self):
        """§4.4: as GET, without the body."""
        bucket = self.bucket()
        for target in (bucket + "/none", bucket + "x/none", "/no-volume/none/k"):
            reply = self.done(404, "HEAD", target)
            shown = self.call("GET", target)
            self.assertEqual(reply["Content-Length"], shown["Content-Length"])


class TestDelete(OzoneCase):
    def test_delete(self):
        """§3.13: not idempotent."""
        bucket = self.bucket()
        path = self.put(bucket + "/k")
        self.done(200, "DELETE", path)
        self.assertEqual(self.keys(bucket), [])
        self.missing("delete key", "keyNotFound", "DELETE", path)
        self.missing("look up key", "keyNotFound", "GET", path)


class TestRename(OzoneCase):
    """§4.3."""

    def test_what_goes_along(self):
        bucket = self.bucket(headers=[("x-ozone-bucket-versioning", "ENABLED")])
        path = bucket + "/a"
        self.put(path, b"old")
        self.put(path, b"content")
        before = self.info(path)
        self.next_second()
        self.done(200, "POST", path + "?toKey=b")
        after = self.info(bucket + "/b")
        self.assertEqual(after, before | {"keyName": "b", "modifiedOn": after["modifiedOn"]})
        self.assertEqual(before["version"], 1)
        self.assertGreater(page.seconds(after["modifiedOn"]), page.seconds(before["modifiedOn"]))
        self.assertEqual(self.done(200, "GET", bucket + "/b").body, b"content")
        self.assertEqual(self.keys(bucket), ["b"])

    def test_cases(self):
        bucket = self.bucket()
        a, _ = self.put(bucket + "/a", b"1"), self.put(bucket + "/b", b"2")
        self.missing("rename key", "keyNotFound", "POST", bucket + "/none?toKey=c")
        self.missing("rename key", "keyNotFound", "POST", bucket + "/none?toKey=none")
        self.missing("rename key", "keyNotFound", "POST", bucket + "/none?toKey=b")
        self.missing("rename key", "bucketNotFound", "POST", bucket + "x/a?toKey=c")
        self.missing("rename key", "volumeNotFound", "POST", "/no-volume/none/a?toKey=c")
        self.missing("rename key", "keyAlreadyExists", "POST", a + "?toKey=b")
        invalid = "Rename key failed, error:INVALID_KEY_NAME"
        for name in ("", "%00", "n" * 1025):
            self.refused("invalidKey", invalid, "POST", f"{a}?toKey={name}")
        for query in ("", "?tokey=c", "?TOKEY=c", "?x=1"):
            self.refused("invalidQueryParam", None, "POST", a + query)
        self.assertEqual(self.keys(bucket), ["a", "b"])

    def test_to_itself(self):
        path = self.put(self.bucket() + "/a")
        before = self.info(path)
        self.next_second()
        self.done(200, "POST", path + "?toKey=a")
        self.assertEqual(self.info(path), before)

    def test_form_encoded_names(self):
        bucket = self.bucket()
        path = self.put(bucket + "/a")
        for sent, name in (("a+b%2Fc%2Bd", "a b/c+d"), ("//x", "//x"), ("dir/", "dir/"),
                           ("%C3%A4", "ä"), ("n" * 1024, "n" * 1024)):
            self.done(200, "POST", f"{path}?toKey={sent}")
            self.assertEqual(self.keys(bucket), [name])
            path = f"{bucket}/{quoted(name)}"


# §4.6, for a key of ten bytes 0123456789: header -> status, part.
RANGES = [
    ("bytes=0-0", 206, (0, 0)), ("bytes=1-3", 206, (1, 3)), ("bytes=0-9", 206, (0, 9)),
    ("bytes=9-9", 206, (9, 9)), ("bytes=5-", 206, (5, 9)), ("bytes=0-", 206, (0, 9)),
    ("bytes=-3", 206, (7, 9)), ("bytes=-10", 206, (0, 9)), ("bytes=-11", 206, (0, 9)),
    ("bytes=8-20", 206, (8, 9)), ("bytes=0-99999999999999999", 206, (0, 9)),
    ("bytes=10-", 416, None), ("bytes=10-11", 416, None), ("bytes=99-100", 416, None),
    ("bytes=-0", 416, None), ("bytes=99999999999999999-", 416, None),
    ("bytes=0-1,3-4", 200, None), ("bytes=0-1, -1", 200, None), ("items=0-1", 200, None),
    ("bytes=3-1", 200, None), ("bytes=a-b", 200, None), ("bytes=", 200, None),
    ("bytes=-", 200, None), ("bytes", 200, None), ("0-1", 200, None), ("bytes=1", 200, None),
    ("bytes=--1", 200, None), ("bytes=+1-2", 200, None), ("", 200, None),
    ("bytes=99999999999999999999999-", 416, None),
]


class TestRange(OzoneCase):
    DATA = b"0123456789"

    def test_table(self):
        path = self.put(self.bucket() + "/k", self.DATA)
        for text, status, part in RANGES:
            with self.subTest(range=text):
                headers = [("Range", text)]
                if status == 416:
                    reply = self.refused("invalidRange", None, "GET", path, headers=headers)
                    self.assertEqual(reply["Content-Range"], "bytes */10")
                    continue
                reply = self.done(status, "GET", path, headers=headers)
                first, last = part or (0, 9)
                self.assertEqual(reply.body, self.DATA[first:last + 1])
                self.assertEqual(reply["Content-Length"], str(last + 1 - first))
                self.assertEqual(reply["Content-Range"],
                                 f"bytes {first}-{last}/10" if part else None)
                self.assertEqual(reply["ETag"], f'"{page.md5_hex(self.DATA)}"')

    def test_an_empty_key(self):
        path = self.put(self.bucket() + "/k", b"")
        for text in ("bytes=0-0", "bytes=0-", "bytes=-1", "bytes=-0", "bytes=5-"):
            reply = self.refused("invalidRange", None, "GET", path, headers=[("Range", text)])
            self.assertEqual(reply["Content-Range"], "bytes */0")

    def test_across_parts_and_blocks(self):
        size = (64 << 20) + 100_000
        data = pattern(size)
        path = self.put(self.bucket() + "/k", data)
        for first, last in ((65535, 65536), (1 << 20, 3 << 20), ((64 << 20) - 1, 64 << 20),
                            ((64 << 20) - 70_000, (64 << 20) + 70_000), (size - 1, size - 1)):
            reply = self.done(206, "GET", path, headers=[("Range", f"bytes={first}-{last}")])
            self.assertEqual(reply["Content-Range"], f"bytes {first}-{last}/{size}")
            self.assertTrue(reply.body == data[first:last + 1], (first, last))

    def test_only_on_key_data(self):
        """And on GET: HEAD tells the whole (§4.4)."""
        bucket = self.bucket()
        path = self.put(bucket + "/k", self.DATA)
        for text in ("bytes=1-2", "bytes=99-"):
            reply = self.done(200, "HEAD", path, headers=[("Range", text)])
            self.assertEqual((reply["Content-Length"], reply["Content-Range"]), ("10", None))
        for target in (path + "?info=key", bucket, bucket + "?info=bucket", "/"):
            reply = self.done(200, "GET", target, headers=[("Range", "bytes=0-1")])
            self.assertIsNone(reply["Content-Range"])

    def test_if_range(self):
        path = self.put(self.bucket() + "/k", self.DATA)
        shown = self.done(200, "GET", path)
        for value, status in ((shown["ETag"], 206), (shown["Last-Modified"], 206),
                              ('"other"', 200), ("Mon, 26 Jun 2017 04:23:30 GMT", 200)):
            reply = self.done(status, "GET", path,
                              headers=[("Range", "bytes=1-2"), ("If-Range", value)])
            self.assertEqual(reply.body, b"12" if status == 206 else self.DATA)
