"""§4.8: multipart upload, its parts and the lists."""

import random

import expectation
import page
import support
from rules.case import OzoneCase, dumps, quoted, standard
from rules.wire import limit

LEAST = 5 << 20  # of a part that is not the last
UNKNOWN = "0123456789abcdef"
NO_ID = ["", "1", UNKNOWN.upper(), UNKNOWN + "0", UNKNOWN[1:], " " + UNKNOWN[1:], "-" + UNKNOWN[1:],
         "0x" + UNKNOWN[2:], "0" * 16, "f" * 16]


def pattern(seed, size=LEAST):
    return random.Random(seed).randbytes(size)


class UploadCase(OzoneCase):
    def start(self, path, **who):
        return self.done(200, "POST", path + "?uploads", **who).json()["uploadID"]

    def put_part(self, path, upload, number, data, **who):
        """The part, as complete() wants it."""
        reply = self.done(201, "PUT", part_of(path, upload, number), data, **who)
        self.assertEqual((reply["ETag"], reply.body), (f'"{page.md5_hex(data)}"', b""))
        return {"partNumber": number, "etag": page.md5_hex(data)}

    def complete(self, path, upload, parts):
        reply = self.done(200, "POST", f"{path}?uploadId={upload}", dumps({"parts": parts}))
        return reply.json()["etag"]

    def incomplete(self, message, path, upload, body, code="invalidRequest"):
        """A completion that is refused: there is no key, and the upload is as it was."""
        before = self.parts(path, upload)
        self.refused(code, message, "POST", f"{path}?uploadId={upload}", body)
        self.assertEqual(self.parts(path, upload), before)
        self.missing("look up key", "keyNotFound", "GET", path)

    def made(self, path, *contents):
        """A multipart key of these parts; its ETag without quotes."""
        upload = self.start(path)
        return self.complete(path, upload, [self.put_part(path, upload, number, data)
                                            for number, data in enumerate(contents, 1)])

    def parts(self, path, upload, query=""):
        return self.get_json(f"{path}?uploadId={upload}{query}")

    def numbers(self, path, upload, query=""):
        return [part["partNumber"] for part in self.parts(path, upload, query)["partList"]]

    def uploads(self, bucket, query=""):
        listed = self.get_json(f"{bucket}?uploads{query}")["uploads"]
        return [(upload["keyName"], upload["uploadID"]) for upload in listed]

    def gone(self, path, upload):
        """Nobody knows the upload, whatever is asked of it."""
        for method, query, body in (("PUT", "&partNumber=1", b"x"), ("GET", "", None),
                                    ("POST", "", dumps({"parts": []})), ("DELETE", "", None)):
            self.refused("noSuchUpload", None, method, f"{path}?uploadId={upload}{query}", body)


def part_of(path, upload, number):
    return f"{path}?partNumber={number}&uploadId={upload}"


def joined(contents):
    """§4.5: the ETag of a multipart key, without its quotes."""
    digests = b"".join(bytes.fromhex(page.md5_hex(data)) for data in contents)
    return f"{page.md5_hex(digests)}-{len(contents)}"


class TestStart(UploadCase):
    def test_answer(self):
        bucket = self.bucket()
        for name in ("k", "dir/ä b", "dir/"):
            for query in ("uploads", "uploads=", "uploads=x"):
                target = f"{bucket}/{quoted(name)}?{query}"
                reply = self.done(200, "POST", target, b"is not read")
                self.assertEqual(reply["Content-Type"], "application/json")
                self.assertTrue(expectation.compact(reply.body), reply)
                started = reply.json()
                self.assertEqual(list(started), ["volumeName", "bucketName", "keyName", "uploadID"])
                self.assertEqual("/".join(["", *started.values()][:4]), f"{bucket}/{name}")
                self.assertRegex(started["uploadID"], "^[0-9a-f]{16}$")

    def test_each_is_another(self):
        path = self.bucket() + "/k"
        uploads = [self.start(path) for _ in range(3)]
        self.assertEqual(len(set(uploads)), 3)
        for upload in uploads:
            self.assertEqual(self.numbers(path, upload), [])

    def test_errors(self):
        bucket = self.bucket()
        volume = bucket.rsplit("/", 1)[0]
        self.missing("put key", "volumeNotFound", "POST", "/no-volume/none/k?uploads")
        self.missing("put key", "bucketNotFound", "POST", volume + "/none/k?uploads")
        for key in ("", "%00", "a" * 1025):
            self.refused("invalidKey", None, "POST", f"{bucket}/{key}?uploads")

    def test_metadata(self):
        """§4.12: what is sent at the start is the key's."""
        path = self.bucket() + "/k"
        upload = self.start(path, headers=[("x-ozone-meta-Colour", "Green")])
        part = self.put_part(path, upload, 1, b"x", headers=[("x-ozone-meta-size", "no")])
        self.complete(path, upload, [part])
        for method in ("GET", "HEAD"):
            reply = self.done(200, method, path)
            self.assertEqual((reply["x-ozone-meta-colour"], reply["x-ozone-meta-size"]),
                             ("Green", None))
        much = [("x-ozone-meta-a", "x" * limit("key_metadata_bytes"))]
        reply = self.call("POST", path + "?uploads", headers=much)
        self.assertEqual((reply.status, reply.json()["shortMessage"]), (400, "invalidRequest"))


class TestPutPart(UploadCase):
    def setUp(self):
        super().setUp()
        self.path = self.bucket() + "/k"
        self.upload = self.start(self.path)

    def refused_part(self, code, message, data=b"x", **who):
        self.refused(code, message, "PUT", part_of(self.path, self.upload, 1), data, **who)

    def sizes(self):
        listed = self.parts(self.path, self.upload)["partList"]
        return {part["partNumber"]: part["size"] for part in listed}

    def test_any_number_in_any_order(self):
        for number in (10000, 7, 1, "007"):
            self.done(201, "PUT", part_of(self.path, self.upload, number), str(number).encode())
        self.assertEqual(self.sizes(), {1: 1, 7: 3, 10000: 5})

    def test_numbers_that_are_none(self):
        for number in ("0", "10001", "-1", "x", "1.5", "%2B1", "0x1", "1%20", "", "9" * 30):
            with self.subTest(number=number):
                self.refused("invalidQueryParam", None, "PUT",
                             part_of(self.path, self.upload, number), b"x")
        self.assertEqual(self.sizes(), {})

    def test_one_parameter_of_two(self):
        for query in ("partNumber=1", "partNumber", "uploadId=" + self.upload, "uploadId"):
            with self.subTest(query=query):
                self.refused("invalidQueryParam", None, "PUT", f"{self.path}?{query}", b"x")
        self.missing("look up key", "keyNotFound", "GET", self.path)
        self.assertEqual(self.sizes(), {})

    def test_the_same_number_replaces(self):
        first = self.put_part(self.path, self.upload, 1, b"first")
        second = self.put_part(self.path, self.upload, 1, b"second")
        self.assertEqual(self.sizes(), {1: 6})
        self.incomplete("A part is unknown, has another etag or is out of order.", self.path,
                        self.upload, dumps({"parts": [first]}))
        self.complete(self.path, self.upload, [second])
        self.assertEqual(self.done(200, "GET", self.path).body, b"second")

    def test_content_md5(self):
        """As §3.11: nothing is stored, an old part of that number stays."""
        data, other = b"content", b"other"
        for value in (page.md5_base64(data), page.md5_hex(data)):
            self.put_part(self.path, self.upload, 1, data, headers=[("Content-MD5", value)])
        for value, expected in ((page.md5_base64(data), page.md5_hex(data)), ("???", "???")):
            self.refused_part("badDigest", f"MD5 Digest mismatch. Expected {expected} Found "
                              f"{page.md5_hex(other)}", other, headers=[("Content-MD5", value)])
        self.assertEqual(self.sizes(), {1: len(data)})

    def test_lengths(self):
        """As §3.11."""
        target = part_of(self.path, self.upload, 1)
        self.put_part(self.path, self.upload, 2, b"")
        self.assertEqual(self.chunked(target, b"5\r\nhello\r\n0\r\n\r\n").status, 201)
        self.assertEqual(self.sizes(), {1: 5, 2: 0})
        self.refused_part("invalidRequest", "Content-Length is a required header for putting a "
                          "key.", None)
        head = support.request_bytes("PUT", target, standard(headers=[("Content-Length", "10")]))
        reply = self.exchange(head + b"abc", half_close=True)
        self.assert_error(reply, "incompleteBody",
                          "Body length mismatch. Expected length : 10 Found 3")
        self.assertEqual(self.sizes(), {1: 5, 2: 0})

    def test_unknown_upload(self):
        bucket = self.path.rsplit("/", 1)[0]
        for upload in NO_ID:
            with self.subTest(upload=upload):
                self.gone(self.path, quoted(upload))
        self.gone(bucket + "/other", self.upload)
        other = self.bucket() + "/k"
        self.gone(other, self.upload)
        self.assertEqual(self.sizes(), {})

    def test_an_id_in_another_form(self):
        upload = self.upload
        while upload == upload.upper():
            upload = self.start(self.path)
        self.assertEqual(upload[0], "0")
        for form in (upload.upper(), upload[1:], "0" + upload, upload[1:] + "x", "+" + upload[1:]):
            with self.subTest(form=form):
                self.gone(self.path, quoted(form))
        self.assertEqual(self.numbers(self.path, upload), [])

    def test_the_first_missing_level(self):
        volume = self.path.split("/")[1]
        for target, code in ((f"/{volume}/none/k", "bucketNotFound"),
                             ("/no-volume/none/k", "volumeNotFound")):
            for upload in (self.upload, "x"):
                query = f"{target}?uploadId={upload}"
                self.missing("put key", code, "PUT", query + "&partNumber=1", b"x")
                self.missing("put key", code, "POST", query, b"{}")
                self.missing("put key", code, "DELETE", query)
                self.missing("look up key", code, "GET", query)

    def test_before_the_body(self):
        """§4.7."""
        for upload, code in ((self.upload, None), (UNKNOWN, "noSuchUpload")):
            connection = support.Connection(self.address)
            connection.send(support.request_bytes("PUT", part_of(self.path, upload, 1), standard(
                headers=[("Expect", "100-continue"), ("Content-Length", "5")])))
            reply = connection.reply("PUT", lambda connection=connection: connection.send(b"hello"))
            self.check_form(reply)
            if code is None:
                self.assertEqual((reply.interim, reply.status), ([100], 201))
            else:
                self.assertEqual((reply.interim, reply.json()["shortMessage"]), ([], code))
            connection.close()

    def test_two_writers(self):
        """The later commit stays."""
        target = part_of(self.path, self.upload, 1)
        first = self.begin(target, b"first")
        second = self.begin(target, b"second")
        self.assertEqual(self.end(second, b"second").status, 201)
        self.assertEqual(self.sizes(), {1: 6})
        self.assertEqual(self.end(first, b"first").status, 201)
        self.assertEqual(self.sizes(), {1: 5})

    def test_an_upload_that_goes_while_a_part_comes(self):
        first = self.begin(part_of(self.path, self.upload, 1), b"first")
        self.done(200, "DELETE", f"{self.path}?uploadId={self.upload}")
        self.assert_error(self.end(first, b"first"), "noSuchUpload", "No such multipart upload.")
        self.gone(self.path, self.upload)

    def test_no_copy(self):
        """A part that is copied is not on the page."""
        self.put(self.path)
        self.refused_part("invalidRequest", "A part cannot be copied.", b"",
                          headers=[("x-ozone-copy-source", self.path)])
        self.assertEqual(self.sizes(), {})


class TestListParts(UploadCase):
    def setUp(self):
        super().setUp()
        self.path = self.bucket() + "/k"
        self.upload = self.start(self.path)

    def put_parts(self, *numbers):
        for number in numbers:
            self.put_part(self.path, self.upload, number, b"%d" % number)

    def test_fields(self):
        self.put_parts(3, 20)
        reply = self.done(200, "GET", f"{self.path}?uploadId={self.upload}")
        self.assertEqual(reply["Content-Type"], "application/json")
        listed = reply.json()
        self.assertTrue(expectation.compact(reply.body), reply)
        for part in listed["partList"]:
            self.assertEqual(list(part), ["partNumber", "etag", "size", "modifiedOn"])
            self.assertTrue(expectation.is_date(part.pop("modifiedOn"), self.started))
        self.assertEqual(list(listed), ["uploadID", "partNumberMarker", "nextPartNumberMarker",
                                        "maxParts", "truncated", "partList"])
        self.assertEqual(listed, {
            "uploadID": self.upload, "partNumberMarker": 0, "nextPartNumberMarker": 20,
            "maxParts": 1000, "truncated": False,
            "partList": [{"partNumber": 3, "etag": page.md5_hex(b"3"), "size": 1},
                         {"partNumber": 20, "etag": page.md5_hex(b"20"), "size": 2}]})
        head = self.done(200, "HEAD", f"{self.path}?uploadId={self.upload}")
        self.assertEqual(head["Content-Length"], reply["Content-Length"])

    def test_pages(self):
        everything = [1, 2, 3, 10, 255, 256, 1000, 10000]
        self.put_parts(*reversed(everything))
        for size in (1, 3, 7, 8, 1000):
            listed, marker = [], 0
            while True:
                page_of = self.parts(self.path, self.upload,
                                     f"&max-parts={size}&part-number-marker={marker}")
                numbers = [part["partNumber"] for part in page_of["partList"]]
                listed += numbers
                self.assertEqual((page_of["partNumberMarker"], page_of["maxParts"]), (marker, size))
                self.assertEqual(page_of["nextPartNumberMarker"], numbers[-1])
                self.assertEqual(numbers, [n for n in everything if n > marker][:size])
                self.assertEqual(page_of["truncated"], numbers[-1] != everything[-1])
                marker = page_of["nextPartNumberMarker"]
                if not page_of["truncated"]:
                    break
            self.assertEqual(listed, everything)
        last = self.parts(self.path, self.upload, "&part-number-marker=10000")
        self.assertEqual((last["partList"], last["truncated"], last["nextPartNumberMarker"]),
                         ([], False, 10000))
        self.assertEqual(self.numbers(self.path, self.upload, "&part-number-marker=9999"), [10000])

    def test_out_of_range(self):
        target = f"{self.path}?uploadId={self.upload}"
        for name, wrong in (("max-parts", ("0", "1001", "-1", "x", "1.5", "9" * 30)),
                            ("part-number-marker", ("-1", "10001", "x", "%2B1", "9" * 30))):
            for value in wrong:
                with self.subTest(name=name, value=value):
                    self.refused("invalidQueryParam", None, "GET", f"{target}&{name}={value}")
            listed = self.get_json(f"{target}&{name}=")
            self.assertEqual((listed["maxParts"], listed["partNumberMarker"]), (1000, 0))

    def test_default_of_a_page(self):
        self.many((201, "PUT", part_of(self.path, self.upload, n), b"") for n in range(1, 1002))
        first = self.parts(self.path, self.upload)
        self.assertEqual((len(first["partList"]), first["truncated"]), (1000, True))
        self.assertEqual(self.numbers(self.path, self.upload, "&part-number-marker=1000"), [1001])


class TestAbort(UploadCase):
    def test_everything_goes(self):
        path = self.put(self.bucket() + "/k")
        upload = self.start(path)
        self.put_part(path, upload, 1, b"x")
        reply = self.done(200, "DELETE", f"{path}?uploadId={upload}")
        self.assertEqual(reply.body, b"")
        self.gone(path, upload)
        self.assertEqual(self.done(200, "GET", path).body, b"content")

    def test_others_stay(self):
        path = self.bucket() + "/k"
        first, second = self.start(path), self.start(path)
        self.put_part(path, second, 1, b"x")
        self.done(200, "DELETE", f"{path}?uploadId={first}")
        self.assertEqual(self.numbers(path, second), [1])


class TestListUploads(UploadCase):
    def test_fields(self):
        bucket = self.bucket()
        self.assertEqual(self.done(200, "GET", bucket + "?uploads").body, b'{"uploads":[]}')
        upload = self.start(f"{bucket}/{quoted('ä/b')}")
        for slash in ("", "/"):
            reply = self.done(200, "GET", f"{bucket}{slash}?uploads")
            self.assertEqual(reply["Content-Type"], "application/json")
            self.assertTrue(expectation.compact(reply.body), reply)
            row, = reply.json()["uploads"]
            self.assertEqual(list(row), ["keyName", "uploadID", "createdOn"])
            self.assertTrue(expectation.is_date(row.pop("createdOn"), self.started))
            self.assertEqual(row, {"keyName": "ä/b", "uploadID": upload})

    def test_order(self):
        """By key, then upload id."""
        bucket = self.bucket()
        names = ["b", "a", "a/b", "ab", "a!", "b", "B", "a", "ä", "a" * 1024]
        started = [(name, self.start(f"{bucket}/{quoted(name)}")) for name in names]
        self.assertEqual(self.uploads(bucket), sorted(started, key=lambda u: (u[0].encode(), u[1])))

    def test_those_that_are_not_complete(self):
        bucket = self.bucket()
        first, second, third = (self.start(bucket + "/k") for _ in range(3))
        part = self.put_part(bucket + "/k", first, 1, b"x")
        self.assertEqual(self.uploads(bucket), [("k", u) for u in (first, second, third)])
        self.complete(bucket + "/k", first, [part])
        self.done(200, "DELETE", f"{bucket}/k?uploadId={third}")
        self.assertEqual(self.uploads(bucket), [("k", second)])
        self.put(bucket + "/k")
        self.done(200, "DELETE", bucket + "/k")
        self.assertEqual(self.uploads(bucket), [("k", second)])
        self.assertEqual(self.uploads(self.bucket(bucket.rsplit("/", 1)[0])), [])

    def test_pages(self):
        """§2.11."""
        bucket = self.bucket()
        names = [f"{letter}{number}" for letter in "ab" for number in range(5)]
        for name in reversed(names):
            self.start(f"{bucket}/{name}")

        def listed(**query):
            text = "".join(f"&{name.replace('_', '-')}={quoted(str(value))}"
                           for name, value in query.items())
            return [name for name, _ in self.uploads(bucket, text)]

        self.assertEqual(listed(), names)
        self.assertEqual(listed(prefix="b"), names[5:])
        self.assertEqual(listed(prefix="c"), [])
        self.assertEqual(listed(prefix="", prev_key="", max_keys=""), names)
        self.assertEqual(listed(max_keys=3), names[:3])
        self.assertEqual(listed(max_keys=3, prev_key="a2"), names[3:6])
        self.assertEqual(listed(prev_key="a2x", prefix="a"), names[3:5])
        self.assertEqual(listed(prev_key="b4"), [])
        for size in ("0", "1025", "-1"):
            self.refused("invalidQueryParam", page.max_keys_message(size), "GET",
                         f"{bucket}?uploads&max-keys={size}")
        self.refused("invalidQueryParam", None, "GET", f"{bucket}?uploads&max-keys=x")

    def test_errors(self):
        self.missing("list keys", "volumeNotFound", "GET", "/no-volume/none?uploads")
        self.missing("list keys", "bucketNotFound", "GET", self.volume() + "/none?uploads")
