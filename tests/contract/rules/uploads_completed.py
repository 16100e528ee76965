"""§4.8: what a multipart upload becomes."""

import concurrent.futures
import json

import expectation
import page
import support
from rules.case import dumps, standard
from rules.settings import SettingsCase
from rules.uploads import LEAST, UploadCase, joined, part_of, pattern
from rules.wire import limit


class TestComplete(UploadCase):
    """Contents with real borders: parts of 5 MiB and a small last one."""

    CONTENTS = [pattern(1), pattern(2, LEAST + 12345), pattern(3, 777)]

    def setUp(self):
        super().setUp()
        self.home = self.bucket()
        self.path = self.home + "/dir/k"

    def test_answer(self):
        upload = self.start(self.path)
        parts = [self.put_part(self.path, upload, 2, b"")]
        reply = self.done(200, "POST", f"{self.path}?uploadId={upload}", dumps({"parts": parts}))
        self.assertEqual(reply["Content-Type"], "application/json")
        self.assertTrue(expectation.compact(reply.body), reply)
        _, volume, bucket, key = self.path.split("/", 3)
        self.assertEqual(list(reply.json().items()), [
            ("volumeName", volume), ("bucketName", bucket), ("keyName", key),
            ("etag", joined([b""]))])
        self.gone(self.path, upload)

    def test_the_key(self):
        """§3.14, §4.5: no MD5 of the whole is known; the ETag is that of the parts."""
        etag = self.made(self.path, *self.CONTENTS)
        self.assertEqual(etag, joined(self.CONTENTS))
        whole = b"".join(self.CONTENTS)
        reply = self.done(200, "GET", self.path)
        self.assertTrue(reply.body == whole)
        self.assertEqual(reply["ETag"], f'"{etag}"')
        head = self.done(200, "HEAD", self.path)
        self.assertEqual((head["ETag"], head["Content-Length"]), (f'"{etag}"', str(len(whole))))
        info = self.info(self.path)
        self.assertEqual((info["md5hash"], info["size"], info["version"]), (None, len(whole), 0))
        self.assertEqual(self.get_json(self.home)["keyList"], [info])
        detail = self.get_json(self.path + "?info=key-detail")
        offset = 0
        for block in detail["keyLocations"]:
            self.assertEqual(block["offset"], offset)
            offset += block["length"]
        self.assertEqual(offset, len(whole))

    def test_ranges_over_borders(self):
        self.made(self.path, *self.CONTENTS)
        whole = b"".join(self.CONTENTS)
        border, last = LEAST, len(whole) - len(self.CONTENTS[2])
        for begin, end in ((0, 1), (border - 1, border), (border, border + 1),
                           (border - 70000, border + 70000), (last - 1, last + 1),
                           (1, len(whole) - 1), (last, len(whole)), (0, len(whole))):
            with self.subTest(begin=begin, end=end):
                reply = self.done(206, "GET", self.path,
                                  headers=[("Range", f"bytes={begin}-{end - 1}")])
                self.assertTrue(reply.body == whole[begin:end])

    def test_conditions(self):
        """§4.5."""
        etag = self.made(self.path, *self.CONTENTS[1:])
        plain = etag.split("-")[0]
        for tag in (etag, f'"{etag}"'):
            self.done(200, "HEAD", self.path, headers=[("If-Match", tag)])
            self.done(304, "GET", self.path, headers=[("If-None-Match", tag)])
        for tag in (plain, plain + "-1", plain + "-02x", f'"{plain}-3"'):
            self.done(412, "HEAD", self.path, headers=[("If-Match", tag)])
        reply = self.done(206, "GET", self.path, headers=[("Range", "bytes=0-0"),
                                                          ("If-Range", f'"{etag}"')])
        self.assertEqual(reply.body, self.CONTENTS[1][:1])
        self.done(412, "PUT", self.path, b"x", headers=[("If-Match", plain)])
        self.put(self.path, b"x", headers=[("If-Match", etag)])

    def test_concurrent_parts(self):
        contents = [pattern(seed) for seed in range(4)] + [b"last"]
        upload = self.start(self.path)
        self.many((201, "PUT", part_of(self.path, upload, number), contents[number - 1])
                  for number in (3, 1, 5, 2, 4))
        listed = self.parts(self.path, upload)["partList"]
        self.assertEqual(self.complete(self.path, upload, listed), joined(contents))
        self.assertTrue(self.done(200, "GET", self.path).body == b"".join(contents))

    def test_invisible_until_then(self):
        volume = self.home.rsplit("/", 1)[0]

        def seen():
            row, = self.get_json(volume)["buckets"]
            stream = self.done(200, "GET", self.home + "?stream").body.splitlines()
            return (row["keyCount"], row["bytesUsed"], len(self.keys(self.home)),
                    json.loads(stream[-1])["count"])

        upload = self.start(self.path)
        part = self.put_part(self.path, upload, 1, b"content")
        self.assertEqual(seen(), (0, 0, 0, 0))
        self.missing("look up key", "keyNotFound", "GET", self.path)
        self.done(404, "HEAD", self.path)
        self.complete(self.path, upload, [part])
        self.assertEqual(seen(), (1, 7, 1, 1))
        upload = self.start(self.path + "2")
        self.put_part(self.path + "2", upload, 1, b"content")
        self.assertEqual(seen(), (1, 7, 1, 1))

    def test_appears_at_once(self):
        """A reader sees the whole old or the whole new key."""
        for _ in range(5):
            self.put(self.path, b"old")
            old = self.info(self.path)
            upload = self.start(self.path)
            part = self.put_part(self.path, upload, 1, pattern(4, 100_000))
            new = joined([pattern(4, 100_000)])

            def read():
                case = type(self)()
                case.setUp()
                tags = []
                while not tags or tags[-1] != new:
                    reply = case.done(200, "GET", self.path)
                    tags.append(reply["ETag"].strip('"'))
                    case.assertEqual(len(reply.body), 100_000 if tags[-1] == new else 3)
                case.tearDown()
                return tags

            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                readers = [pool.submit(read) for _ in range(2)]
                self.complete(self.path, upload, [part])
                for reader in readers:
                    self.assertLessEqual(set(reader.result()), {old["md5hash"], new})
            self.done(200, "DELETE", self.path)

    def test_replaces(self):
        """As a PUT does (§3.11)."""
        self.put(self.path, b"old")
        old = self.info(self.path)
        self.next_second()
        self.made(self.path, b"new")
        new = self.info(self.path)
        self.assertEqual((new["createdOn"], new["size"]), (old["createdOn"], 3))
        self.assertNotEqual(new["modifiedOn"], old["modifiedOn"])
        self.put(self.path, b"plain")
        self.assertEqual(self.info(self.path)["md5hash"], page.md5_hex(b"plain"))
        self.assertEqual(self.done(200, "GET", self.path).body, b"plain")

    def test_two_uploads_of_one_key(self):
        first, second = self.start(self.path), self.start(self.path)
        parts = {upload: self.put_part(self.path, upload, 1, upload.encode())
                 for upload in (first, second)}
        self.complete(self.path, second, [parts[second]])
        self.assertEqual(self.numbers(self.path, first), [1])
        self.complete(self.path, first, [parts[first]])
        self.assertEqual(self.done(200, "GET", self.path).body, first.encode())

    def test_parts_that_are_not_chosen(self):
        upload = self.start(self.path)
        parts = [self.put_part(self.path, upload, number, b"%d" % number) for number in (1, 2, 3)]
        self.assertEqual(self.complete(self.path, upload, parts[1:2]), joined([b"2"]))
        self.assertEqual(self.done(200, "GET", self.path).body, b"2")

    def test_the_bucket_goes_first(self):
        """§3.8: uploads do not count, and are dropped with it."""
        upload = self.start(self.path)
        part = self.put_part(self.path, upload, 1, b"content")
        self.done(200, "DELETE", self.home)
        self.missing("put key", "bucketNotFound", "POST", f"{self.path}?uploadId={upload}",
                     dumps({"parts": [part]}))
        self.done(201, "POST", self.home)
        self.gone(self.path, upload)
        self.assertEqual(self.uploads(self.home), [])
        self.done(200, "DELETE", self.home)


class TestPartList(UploadCase):
    """The body of a completion."""

    def setUp(self):
        super().setUp()
        self.path = self.bucket() + "/dir/k"

    def test_only_the_last_may_be_small(self):
        upload = self.start(self.path)
        small = "A part that is not the last is smaller than 5 MiB."
        contents = [pattern(5), pattern(6, LEAST - 1), b""]
        parts = [self.put_part(self.path, upload, n, data) for n, data in enumerate(contents, 1)]
        self.incomplete(small, self.path, upload, dumps({"parts": parts}))
        self.assertEqual(self.complete(self.path, upload, parts[:2]), joined(contents[:2]))
        self.assertEqual(self.info(self.path)["size"], 2 * LEAST - 1)

    def test_lists_that_are_wrong(self):
        upload = self.start(self.path)
        one, two = (self.put_part(self.path, upload, number, pattern(number)) for number in (1, 2))
        wrong = "A part is unknown, has another etag or is out of order."
        for parts in ([two, one], [one, one], [one, two, {**two, "partNumber": 3}],
                      [{**one, "partNumber": 0}, two], [{**one, "etag": two["etag"]}, two],
                      [one, {**two, "partNumber": 10001}], [{**one, "partNumber": 2**63}]):
            with self.subTest(parts=parts):
                self.incomplete(wrong, self.path, upload, dumps({"parts": parts}))
        self.incomplete("There are no parts.", self.path, upload, b'{"parts":[]}')
        for etag in ("", '"', one["etag"][:-1], one["etag"] + "0", one["etag"][:-1] + "g",
                     joined([b""])):
            self.incomplete("The etag of a part must be 32 hex digits.", self.path, upload,
                            dumps({"parts": [{"partNumber": 1, "etag": etag}]}))

    def test_forms_of_an_etag(self):
        for shape in ('{}', '"{}"'):
            for case in (str.lower, str.upper):
                upload = self.start(self.path)
                part = self.put_part(self.path, upload, 1, b"content")
                part["etag"] = shape.format(case(part["etag"]))
                self.complete(self.path, upload, [part])

    def test_the_list_itself_can_be_sent_back(self):
        upload = self.start(self.path)
        self.put_part(self.path, upload, 1, b"content")
        listed = self.parts(self.path, upload)["partList"]
        self.assertEqual(self.complete(self.path, upload, listed), joined([b"content"]))

    def test_bodies_that_are_no_list(self):
        upload = self.start(self.path)
        part = dumps(self.put_part(self.path, upload, 1, b"content"))
        good = b'{"parts":[%s]}' % part
        form = 'The body must be {"parts":[{"partNumber":integer,"etag":string}]}.'
        for body in (None, b"", b" ", b"{}", b"[]", b"null", part, b"[%s]" % part, good[:-1],
                     good[1:], good + b"x", good + good, good.replace(b'"', b"'"),
                     good.replace(b"parts", b"Parts"), good.replace(b"]", b",]"),
                     good.replace(b"parts", b"\xff"), b'{"parts":{}}', b'{"parts":null}',
                     b"\xef\xbb\xbf[]", b"[" * 100_000):
            with self.subTest(body=body and body[:100]):
                self.incomplete(form, self.path, upload, body)
        form = "A part must have an integer partNumber and a string etag."
        for part in ("1", "null", "[]", "{}", '{"partNumber":1}', '{"etag":"x"}',
                     '{"partNumber":"1","etag":"x"}', '{"partNumber":1.0,"etag":"x"}',
                     '{"partNumber":-1,"etag":"x"}', '{"partNumber":1,"etag":1}',
                     '{"partNumber":1e0,"etag":"x"}',
                     '{"partNumber":99999999999999999999,"etag":""}'):
            with self.subTest(part=part):
                reply = self.call("POST", f"{self.path}?uploadId={upload}",
                                  b'{"parts":[%s]}' % part.encode())
                self.assertEqual((reply.status, reply.json()["shortMessage"]),
                                 (400, "invalidRequest"))
        self.assertEqual(self.numbers(self.path, upload), [1])

    def test_limits(self):
        """core/base/limits.h."""
        upload = self.start(self.path)
        part = self.put_part(self.path, upload, 1, b"content")
        body = dumps({"parts": [part]})
        most = limit("part_list_bytes")
        target = f"{self.path}?uploadId={upload}"
        self.incomplete("There are more than 10000 parts.", self.path, upload,
                        b'{"parts":[' + b"{}," * 10000 + b"{}]}")
        reply = self.call("POST", target, body + b" " * (most + 1 - len(body)))
        self.assert_error(reply, "entityTooLarge", "Entity too large.")
        long = b"%x\r\n" % (most + 1) + b" " * (most + 1) + b"\r\n0\r\n\r\n"
        reply = self.exchange(support.request_bytes("POST", target, standard(
            headers=[("Transfer-Encoding", "chunked")])) + long)
        self.assert_error(reply, "entityTooLarge", "Entity too large.")
        self.done(200, "POST", target, body + b" " * (most - len(body)))

    def test_short_body(self):
        upload = self.start(self.path)
        part = self.put_part(self.path, upload, 1, b"content")
        head = support.request_bytes("POST", f"{self.path}?uploadId={upload}", standard(
            headers=[("Content-Length", "1000")]))
        reply = self.exchange(head + dumps({"parts": [part]}), "POST", half_close=True)
        self.assertEqual((reply.status, reply.json()["shortMessage"]), (400, "incompleteBody"))
        self.assertEqual(self.numbers(self.path, upload), [1])

    def test_chunked(self):
        upload = self.start(self.path)
        body = dumps({"parts": [self.put_part(self.path, upload, 1, b"content")]})
        reply = self.exchange(support.request_bytes(
            "POST", f"{self.path}?uploadId={upload}",
            standard(headers=[("Transfer-Encoding", "chunked")])) +
            b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        self.assertEqual(reply.status, 200)

    def test_one_of_many(self):
        upload = self.start(self.path)
        self.many((201, "PUT", part_of(self.path, upload, number), b"")
                  for number in range(1, 10001, 10))
        one = {"partNumber": 9991, "etag": page.md5_hex(b"")}
        self.assertEqual(self.complete(self.path, upload, [one]), joined([b""]))
        self.assertEqual(self.done(200, "GET", self.path).body, b"")


class TestQuota(UploadCase):
    def test_checked_when_completed(self):
        volume = self.volume(quota="10BYTES")
        path = self.bucket(volume) + "/k"
        upload = self.start(path)
        parts = [self.put_part(path, upload, 1, b"12345678901"),
                 self.put_part(path, upload, 2, b"1234567890")]
        body = [dumps({"parts": [part]}) for part in parts]
        self.incomplete("Create key failed, error:QUOTA_EXCEEDED", path, upload, body[0],
                        "quotaExceeded")
        self.put(path + "2", b"1")
        self.incomplete("Create key failed, error:QUOTA_EXCEEDED", path, upload, body[1],
                        "quotaExceeded")
        self.done(200, "DELETE", path + "2")
        self.complete(path, upload, parts[1:])
        self.made(path, b"0987654321")  # replaced: its own size is free
        self.missing("put key", "quotaExceeded", "PUT", path + "2", b"1")


class TestKeySize(SettingsCase, UploadCase):
    """§3.11: a configured size limit gives 413, for a part and for all of them together."""

    settings = ["ozone.key_size=6MiB"]
    MOST = 6 << 20

    def test_a_part(self):
        path = self.bucket() + "/k"
        upload = self.start(path)
        target = part_of(path, upload, 1)
        self.refused("entityTooLarge", None, "PUT", target, bytes(self.MOST + 1))
        reply = self.chunked(target, b"%x\r\n" % (self.MOST + 1) + bytes(self.MOST + 1) +
                             b"\r\n0\r\n\r\n")
        self.assert_error(reply, "entityTooLarge", "Entity too large.")
        self.assertEqual(self.numbers(path, upload), [])
        self.put_part(path, upload, 1, bytes(self.MOST))

    def test_together(self):
        path = self.bucket() + "/k"
        upload = self.start(path)
        parts = [self.put_part(path, upload, number, data) for number, data in
                 ((1, pattern(1)), (3, pattern(3)), (5, bytes(self.MOST - LEAST)), (7, b"1"))]
        for chosen in (parts[:2], [parts[0], parts[2], parts[3]]):
            self.incomplete(None, path, upload, dumps({"parts": chosen}), "entityTooLarge")
        self.complete(path, upload, [parts[0], parts[2]])
        self.assertEqual(self.info(path)["size"], self.MOST)
