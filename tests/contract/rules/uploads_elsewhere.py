"""§4.8 beside the rest of the page: other calls, directories, a server that is lost."""

import tempfile

import support
from rules.case import dumps
from rules.uploads import UNKNOWN, UploadCase, part_of, pattern

FSO = [("x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED")]


class TestOtherCalls(UploadCase):
    """What names an upload does nothing else."""

    def test_of_a_key(self):
        path = self.put(self.bucket() + "/k")
        upload = self.start(path)
        self.put_part(path, upload, 1, b"part")
        for method, query in (("GET", "uploads"), ("GET", "partNumber=1"), ("HEAD", "uploads"),
                              ("PUT", "uploads"), ("PUT", "uploads&partNumber=1"),
                              ("DELETE", "uploads"), ("DELETE", "partNumber=1"),
                              ("DELETE", "x=y&partNumber"), ("DELETE", "upload%73"),
                              ("POST", "partNumber=1"), ("POST", "partNumber=1&toKey=new")):
            with self.subTest(method=method, query=query):
                reply = self.call(method, f"{path}?{query}", b"" if method == "PUT" else None)
                self.assertEqual(reply.status, 400, reply)
                if method != "HEAD":
                    self.assert_error(reply, "invalidQueryParam", "Invalid query parameter.")
        self.assertEqual(self.done(200, "GET", path).body, b"content")
        self.assertEqual(self.numbers(path, upload), [1])

    def test_of_a_bucket(self):
        """A client that lost its key name neither makes nor deletes a bucket."""
        bucket = self.bucket()
        missing = bucket + "2"
        for query in ("uploads", "uploadId=" + UNKNOWN, f"partNumber=1&uploadId={UNKNOWN}"):
            for method, target in (("POST", missing), ("PUT", bucket), ("DELETE", bucket)):
                with self.subTest(method=method, query=query):
                    self.refused("invalidQueryParam", None, method, f"{target}?{query}")
        self.refused("invalidQueryParam", None, "GET", bucket + "?uploadId=" + UNKNOWN)
        self.missing("info bucket", "bucketNotFound", "GET", missing + "?info=bucket")
        self.info(bucket)

    def test_order(self):
        """§2.10."""
        target = "/no-volume/none/k?partNumber=0&uploadId=x"
        self.refused("missingVersion", None, "PUT", target, b"x", drop=["x-ozone-version"])
        self.refused("badAuthorization", None, "PUT", target, b"x", drop=["Authorization"])
        self.refused("invalidQueryParam", None, "PUT", target, b"x")
        self.missing("put key", "volumeNotFound", "PUT", target.replace("=0", "=1"), b"x")
        self.refused("invalidQueryParam", None, "GET", "/no-volume/none/k?uploadId=x&max-parts=0")
        path = self.bucket() + "/k"
        self.refused("noSuchUpload", None, "POST", f"{path}?uploadId=x", b"no JSON")
        self.refused("noSuchUpload", None, "PUT", part_of(path, "x", 1), b"x",
                     headers=[("Content-MD5", "wrong")])


class TestDirectories(UploadCase):
    """§4.13: buckets of either layout answer every call."""

    def test_parents_come_with_the_key(self):
        bucket = self.bucket(headers=FSO)
        path = bucket + "/a/b/k"
        upload = self.start(path)
        part = self.put_part(path, upload, 1, b"content")
        self.assertEqual(self.keys(bucket, "?directories=true"), [])
        self.assertEqual(self.uploads(bucket), [("a/b/k", upload)])
        self.complete(path, upload, [part])
        self.assertEqual(self.keys(bucket, "?directories=true"), ["a/", "a/b/", "a/b/k"])
        self.assertEqual(self.done(200, "GET", path).body, b"content")

    def test_names(self):
        bucket = self.bucket(headers=FSO)
        for name in ("a//b", "a/./b", "../a", "a/b/"):
            self.refused("invalidKey", "Create key failed, error:INVALID_KEY_NAME", "POST",
                         f"{bucket}/{name}?uploads")

    def test_a_key_in_the_way(self):
        bucket = self.bucket(headers=FSO)
        path = bucket + "/a/k"
        upload = self.start(path)
        part = self.put_part(path, upload, 1, b"content")
        self.put(bucket + "/a")
        self.missing("put key", "keyAlreadyExists", "POST", f"{path}?uploadId={upload}",
                     dumps({"parts": [part]}))
        self.done(200, "DELETE", bucket + "/a")
        self.complete(path, upload, [part])

    def test_the_bucket_goes_first(self):
        bucket = self.bucket(headers=FSO)
        upload = self.start(bucket + "/a/k")
        self.put_part(bucket + "/a/k", upload, 1, b"content")
        self.done(200, "DELETE", bucket)
        self.done(201, "POST", bucket, headers=FSO)
        self.gone(bucket + "/a/k", upload)


class TestRestart(UploadCase):
    """An upload lives longer than the server."""

    def run_server(self, directory):
        self.server = support.Server(self.program, directory=directory)
        self.address = self.server.address

    def lose_server(self):
        self.server.kill()
        self.connection.close()
        self.connection = None

    def test_killed_in_the_middle(self):
        with tempfile.TemporaryDirectory(prefix="uploads-") as directory:
            self.run_server(directory)
            self.addCleanup(lambda: self.server.kill())
            bucket = self.bucket()
            path = bucket + "/k"
            contents = [pattern(1), pattern(2), b"last"]
            upload, other = self.start(path), self.start(path)
            self.put_part(path, other, 1, b"other")
            parts = [self.put_part(path, upload, 1, contents[0]),
                     self.put_part(path, upload, 2, b"replaced")]
            parts[1] = self.put_part(path, upload, 2, contents[1])
            half = self.begin(part_of(path, upload, 3), contents[2])
            before = self.parts(path, upload), self.uploads(bucket)
            self.lose_server()
            half.close()

            self.run_server(directory)
            self.assertEqual((self.parts(path, upload), self.uploads(bucket)), before)
            parts.append(self.put_part(path, upload, 3, contents[2]))
            etag = self.complete(path, upload, parts)
            self.lose_server()

            self.run_server(directory)
            reply = self.done(200, "GET", path)
            self.assertEqual(reply["ETag"], f'"{etag}"')
            self.assertTrue(reply.body == b"".join(contents))
            self.assertEqual(self.uploads(bucket), [("k", other)])
            self.assertNotIn(self.start(path), (upload, other))
            self.server.stop()
