#!/usr/bin/env python3
"""python3's http.client and urllib, and curl where it alone does something: what clients in use
rely on."""

import concurrent.futures
import hashlib
import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request

import outsider
from dobsond import TIMEOUT_S

BUCKET = "/shire/maps"
CONTENT = bytes(range(256)) * 4096  # 1 MiB


class PythonClient(outsider.Outsider):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().make_bucket(BUCKET)

    def ask(self, connection, method, path, body=None, **more):
        connection.request(method, path, body, outsider.HEADERS | more)
        return connection.getresponse()

    def urllib(self, path, **headers):
        request = urllib.request.Request(self.url + path, headers=outsider.HEADERS | headers)
        return urllib.request.urlopen(request, timeout=TIMEOUT_S)

    def test_many_requests_on_one_connection(self):
        connection = self.connection()
        connection.connect()
        socket = connection.sock
        for i in range(50):
            body = b"%d" % i * i
            put = self.ask(connection, "PUT", f"{BUCKET}/kept/{i}", body)
            self.assertEqual((put.status, put.read()), (201, b""))
            got = self.ask(connection, "GET", f"{BUCKET}/kept/{i}")
            self.assertEqual((got.status, got.read()), (200, body))
            refused = self.ask(connection, "GET", f"{BUCKET}/kept/none")
            self.assertEqual(refused.status, 404)
            self.assertEqual(json.loads(refused.read())["shortMessage"], "keyNotFound")
            self.assertIs(connection.sock, socket, "closed by the server")

    def test_chunked_upload(self):
        pieces = [CONTENT[:1], CONTENT[1:100_000], CONTENT[100_000:]]
        response = self.ask(self.connection(), "PUT", f"{BUCKET}/chunked", iter(pieces))
        self.assertEqual(response.status, 201)
        self.assertEqual(self.call("GET", f"{BUCKET}/chunked"), CONTENT)

    def test_multipart_upload(self):
        contents = [CONTENT * 5, CONTENT[::-1] * 5, CONTENT[:1000]]
        path = f"{BUCKET}/parts"
        upload = json.loads(self.call("POST", f"{path}?uploads"))["uploadID"]

        def put(number):
            self.call("PUT", f"{path}?partNumber={number}&uploadId={upload}",
                      contents[number - 1], 201)

        with concurrent.futures.ThreadPoolExecutor(3) as threads:
            list(threads.map(put, (3, 1, 2)))
        parts = json.loads(self.call("GET", f"{path}?uploadId={upload}"))["partList"]
        self.call("GET", path, status=404)
        done = json.loads(self.call("POST", f"{path}?uploadId={upload}",
                                    json.dumps({"parts": parts})))
        digests = b"".join(hashlib.md5(content).digest() for content in contents)
        self.assertEqual(done["etag"], f"{hashlib.md5(digests).hexdigest()}-3")
        with self.urllib(path, **{"If-Match": f'"{done["etag"]}"'}) as got:
            self.assertTrue(got.read() == b"".join(contents))

    def test_upload_from_a_file(self):
        path = os.path.join(self.scratch, "file")
        with open(path, "wb") as file:
            file.write(CONTENT * 3)
        with open(path, "rb") as file:
            response = self.ask(self.connection(), "PUT", f"{BUCKET}/file", file,
                                **{"Content-Length": str(3 * len(CONTENT))})
        self.assertEqual(response.status, 201)
        with self.urllib(f"{BUCKET}/file") as got:
            self.assertEqual(hashlib.md5(got.read()).digest(), hashlib.md5(CONTENT * 3).digest())

    def test_head(self):
        self.call("PUT", f"{BUCKET}/head", CONTENT, 201)
        connection = self.connection()
        for _ in range(2):  # nothing of a body is left behind for the second
            response = self.ask(connection, "HEAD", f"{BUCKET}/head")
            self.assertEqual((response.status, response.read()), (200, b""))
            self.assertEqual(response.headers["Content-Length"], str(len(CONTENT)))
            self.assertEqual(response.headers["ETag"], f'"{hashlib.md5(CONTENT).hexdigest()}"')
            missing = self.ask(connection, "HEAD", f"{BUCKET}/none")
            self.assertEqual((missing.status, missing.read()), (404, b""))

    def test_ranges(self):
        self.call("PUT", f"{BUCKET}/range", CONTENT, 201)
        size = len(CONTENT)
        for text, begin, end in (("0-0", 0, 1), ("65535-65536", 65535, 65537),
                                 ("100-", 100, size), ("-5", size - 5, size),
                                 (f"{size - 1}-{size + 9}", size - 1, size)):
            with self.urllib(f"{BUCKET}/range", Range=f"bytes={text}") as response:
                self.assertEqual(response.status, 206)
                self.assertEqual(response.headers["Content-Range"],
                                 f"bytes {begin}-{end - 1}/{size}")
                self.assertEqual(response.read(), CONTENT[begin:end])
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.urllib(f"{BUCKET}/range", Range=f"bytes={size}-")
        with refused.exception as error:
            self.assertEqual((error.code, error.headers["Content-Range"]), (416, f"bytes */{size}"))
            self.assertEqual(json.load(error)["shortMessage"], "invalidRange")

    def test_stream(self):
        self.make_bucket("/streams/all")
        names = sorted([f"a/{i:04}" for i in range(600)] + ["ä ö", "\U0001f600", "\\\"", "a b"],
                       key=str.encode)
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: self.call("PUT", f"/streams/all/{name}", b"x", 201),
                             reversed(names)))
        with self.urllib("/streams/all?stream") as response:
            self.assertEqual(response.headers["Transfer-Encoding"], "chunked")
            rows = [json.loads(line) for line in response]
        self.assertEqual(rows.pop(), {"end": True, "count": len(names)})
        self.assertEqual([row["keyName"] for row in rows], names)

    def test_errors_of_urllib(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.urllib("/nobody-s?info=volume")
        with refused.exception as error:
            fields = json.load(error)
        self.assertEqual(error.code, 404)
        self.assertEqual(list(fields), ["httpCode", "shortMessage", "resource", "message",
                                        "requestID", "hostName"])

    def curl_put(self, path):
        """What curl says about an upload of more than it sends without `100 Continue`."""
        source = os.path.join(self.scratch, "large")
        with open(source, "wb") as file:
            file.write(CONTENT * 2)
        run = self.run_program("curl", "-sSv", *outsider.CURL_HEADERS, "-T", source,
                               "-w", "%{http_code} %{size_upload}", "-o", "/dev/null",
                               self.url + path)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(b"> Expect: 100-continue", run.stderr)
        return run.stdout.decode(), b"< HTTP/1.1 100 " in run.stderr

    def test_expect(self):
        self.assertEqual(self.curl_put(f"{BUCKET}/expected"), (f"201 {2 * len(CONTENT)}", True))
        self.assertEqual(self.call("GET", f"{BUCKET}/expected"), CONTENT * 2)
        self.assertEqual(self.curl_put("/shire/nowhere/unexpected"), ("404 0", False))

    def test_half_an_upload_is_nothing(self):
        connection = http.client.HTTPConnection(*self.server.address, timeout=TIMEOUT_S)
        connection.putrequest("PUT", f"{BUCKET}/half")
        for name, value in outsider.HEADERS.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(CONTENT)))
        connection.endheaders(CONTENT[:-1])
        connection.close()
        self.call("GET", f"{BUCKET}/half", status=404)

    def test_metrics_page(self):
        connection = self.connection()
        response = self.ask(connection, "GET", "/-/metrics")
        self.assertEqual(response.headers["Content-Type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        response.read()
        before = self.metrics()["dobson_http_answers_total"]
        self.call("PUT", f"{BUCKET}/counted", b"x", 201)
        self.call("GET", f"{BUCKET}/counted")
        self.call("GET", f"{BUCKET}/uncounted", status=404)
        after = self.metrics()["dobson_http_answers_total"]
        for labels, more in (({"route": "put_key", "status": "2xx"}, 1),
                             ({"route": "get_key", "status": "2xx"}, 1),
                             ({"route": "get_key", "status": "4xx"}, 1)):
            self.assertEqual(after[labels] - before[labels], more, labels)


if __name__ == "__main__":
    outsider.main()
