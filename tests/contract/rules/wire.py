"""§2.1, §2.10 step 1, §4.7: HTTP itself, byte by byte. Limits: core/base/limits.h."""

import os
import re

import page
import support
from rules.case import OzoneCase, standard

MALFORMED = page.ERRORS["invalidRequest"][1]
LIMITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../core/base/limits.h")


def limit(name):
    """A constant of core/base/limits.h."""
    with open(LIMITS, encoding="utf-8") as file:
        text = re.search(rf"\b{name} = ([^;]+);", file.read())[1]
    return eval(text, {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30})


class WireCase(OzoneCase):
    def replies(self, data, methods):
        """Bytes in one piece on a new connection, and one answer a method."""
        connection = support.Connection(self.address)
        connection.send(data)
        replies = [connection.reply(method) for method in methods]
        for reply, method in zip(replies, methods):
            self.check_form(reply, method)
        if len(replies) == 1:
            self.note(data, replies[0])
        connection.close()
        return replies

    def malformed(self, data):
        """400 `invalidRequest`, and nothing after it."""
        connection = support.Connection(self.address)
        connection.send(data)
        reply = connection.reply()
        self.assertIsNotNone(reply, data[:300])
        self.check_form(reply)
        self.assert_error(reply, "invalidRequest", MALFORMED)
        self.assertEqual(reply["Connection"], "close")
        self.assertTrue(connection.at_end())
        connection.close()


def get(target, **who):
    return support.request_bytes("GET", target, standard(**who))


def put(target, body, **who):
    return support.request_bytes("PUT", target, standard(**who), body)


class TestPipelining(WireCase):
    def test_a_put_is_seen_by_the_get_behind_it(self):
        path = self.bucket() + "/k"
        for data in (b"one", b"two"):
            sent = put(path, data) + get(path)
            replies = self.replies(sent, ["PUT", "GET"])
            self.assertEqual([reply.status for reply in replies], [201, 200])
            self.assertEqual(replies[1].body, data)

    def test_everything_on_one_segment(self):
        volume = "/" + self.fresh("vol")
        steps = [("POST", volume, 201), ("GET", volume, 200), ("POST", volume + "/buc", 201),
                 ("PUT", volume + "/buc/a", 201), ("POST", volume + "/buc/a?toKey=b", 200),
                 ("GET", volume + "/buc/a", 404), ("GET", volume + "/buc/b", 200),
                 ("HEAD", volume + "/buc/b", 200), ("DELETE", volume + "/buc", 409),
                 ("DELETE", volume + "/buc/b", 200), ("GET", volume + "/buc/b", 404),
                 ("DELETE", volume + "/buc", 200), ("DELETE", volume, 200), ("GET", volume, 404)]
        data = b"".join(support.request_bytes(method, target, standard(),
                                              b"data" if method == "PUT" else None)
                        for method, target, _ in steps)
        replies = self.replies(data, [method for method, _, _ in steps])
        self.assertEqual([reply.status for reply in replies], [status for _, _, status in steps])
        self.assertEqual(len({reply["x-ozone-request-id"] for reply in replies}), len(steps))

    def test_order_of_answers(self):
        bucket = self.bucket()
        for i in range(50):
            self.put(f"{bucket}/k{i}", str(i).encode() * 1000)
        data = b"".join(get(f"{bucket}/k{i}") for i in range(50))
        replies = self.replies(data, ["GET"] * 50)
        self.assertEqual([reply.body for reply in replies],
                         [str(i).encode() * 1000 for i in range(50)])

    def test_every_cut_gives_the_same(self):
        path = self.put(self.bucket() + "/k", b"old")
        data = put(path, b"new!") + get(path)
        for cut in range(1, len(data), 7):
            connection = support.Connection(self.address)
            connection.send(data[:cut])
            connection.send(data[cut:])
            replies = [connection.reply("PUT"), connection.reply()]
            self.assertEqual([(reply.status, reply.body) for reply in replies],
                             [(201, b""), (200, b"new!")], cut)
            connection.close()

    def test_nothing_after_a_malformed_request(self):
        path = self.put(self.bucket() + "/k", b"old")
        self.malformed(b"GET / HTTP/1.1\r\nbad header\r\n\r\n" + put(path, b"new"))
        self.assertEqual(self.done(200, "GET", path).body, b"old")

    def test_nothing_after_connection_close(self):
        path = self.put(self.bucket() + "/k", b"old")
        connection = support.Connection(self.address)
        connection.send(get(path, headers=[("Connection", "close")]) + put(path, b"new"))
        self.assertEqual(connection.reply()["Connection"], "close")
        self.assertTrue(connection.at_end())
        connection.close()
        self.assertEqual(self.done(200, "GET", path).body, b"old")


class TestSmuggling(WireCase):
    def test_length_and_chunks(self):
        """Decision 39."""
        path = self.bucket() + "/k"
        chunked = ("Transfer-Encoding", "chunked")
        for headers in ([chunked, ("Content-Length", "5")], [("Content-Length", "5"), chunked],
                        [("Content-Length", "0"), chunked]):
            self.malformed(support.request_bytes("PUT", path, standard(headers=headers))
                           + b"5\r\nhello\r\n0\r\n\r\n")

    def test_two_lengths(self):
        path = self.bucket() + "/k"
        for second in ("5", "6"):
            headers = [("Content-Length", "5"), ("Content-Length", second)]
            self.malformed(support.request_bytes("PUT", path, standard(headers=headers))
                           + b"hello!")

    def test_other_transfer_encodings(self):
        path = self.bucket() + "/k"
        for value in ("gzip", "xchunked", "chunked, gzip", "identity", "chunked, chunked"):
            data = support.request_bytes("PUT", path, standard(
                headers=[("Transfer-Encoding", value)]))
            reply, = self.replies(data + b"5\r\nhello\r\n0\r\n\r\n", ["PUT"])
            self.assertIn(reply.status, (400, 501), value)
            self.assertEqual(reply["Connection"], "close", value)
        self.missing("look up key", "keyNotFound", "GET", path)

    def test_chunks_on_http_1_0(self):
        data = support.request_bytes("PUT", self.bucket() + "/k", standard(
            headers=[("Transfer-Encoding", "chunked")]), version="HTTP/1.0")
        self.malformed(data + b"5\r\nhello\r\n0\r\n\r\n")


class TestSyntax(WireCase):
    def test_request_lines(self):
        for line in (b"HELLO", b"GET", b"GET /", b"GET / HTTP/1.1 x",
                     b"GET / HTTP/x.y", b"GET / FTP/1.1", b"GET /\x01 HTTP/1.1",
                     b"GET /a b HTTP/1.1", b"G\x00T / HTTP/1.1"):
            with self.subTest(line=line):
                self.malformed(line + b"\r\nHost: x\r\n\r\n")

    def test_headers(self):
        for header in (b"NoColonHere", b"Name : blank before the colon", b": no name",
                       b"Na me: x", b"X-Fold: a\r\n b", b"X-Fold: a\r\n\tb", b"X-Nul: a\x00b",
                       b"X-Return: a\rb", b"N\xe4me: x"):
            with self.subTest(header=header):
                self.malformed(get("/")[:-2] + header + b"\r\n\r\n")

    def test_a_fold_on_the_first_header(self):
        self.malformed(b"GET / HTTP/1.1\r\n Host: x\r\n\r\n")

    def test_bare_line_feeds(self):
        self.malformed(get("/").replace(b"\r\n", b"\n"))
        self.malformed(get("/").replace(b"\r\n", b"\n", 1))
        self.malformed(get("/")[:-2] + b"\n")

    def test_host(self):
        self.malformed(get("/", drop=["Host"]))
        reply, = self.replies(support.request_bytes("GET", "/", standard(drop=["Host"]),
                                                    version="HTTP/1.0"), ["GET"])
        self.assertEqual(reply.status, 200)
        for host in ("example.org", "", "[::1]:9880"):
            self.done(200, "GET", "/", headers=[("Host", host)])

    def test_raw_bytes_in_the_target(self):
        """Decision 30."""
        for target in ("/\xc3\xa4bc", "/abc/bcd/\xff", "/?prefix=\xc3\xa4"):
            reply, = self.replies(get(target), ["GET"])
            self.assert_error(reply, "invalidRequest", MALFORMED)

    def test_latin_1_in_header_values(self):
        self.done(200, "GET", "/", headers=[("X-Name", "J\xfcrgen")])


class TestLimits(WireCase):
    def test_target(self):
        size = limit("target_bytes")
        target = "/?prefix="
        fits, = self.replies(get(target + "x" * (size - len(target))), ["GET"])
        self.assertEqual(fits.status, 200)
        for more in (1, 100, 10_000):
            reply, = self.replies(get(target + "x" * (size - len(target) + more)), ["GET"])
            self.assert_error(reply, "uriTooLong", "URI too long.")
            self.assertEqual(reply["Connection"], "close")

    def test_head(self):
        size = limit("head_bytes")
        bare = len(get("/", headers=[("X-Long", "")]))
        fits, = self.replies(get("/", headers=[("X-Long", "y" * (size - bare))]), ["GET"])
        self.assertEqual(fits.status, 200)
        for more in (1, 100_000):
            reply, = self.replies(get("/", headers=[("X-Long", "y" * (size - bare + more))]),
                                  ["GET"])
            self.assertEqual((reply.status, reply["Connection"]), (431, "close"))

    def test_number_of_headers(self):
        count = limit("headers")
        few = [(f"X-{i}", "x") for i in range(count - len(standard()))]
        fits, = self.replies(get("/", headers=few), ["GET"])
        self.assertEqual(fits.status, 200)
        reply, = self.replies(get("/", headers=few + [("X-Last", "x")]), ["GET"])
        self.assertEqual((reply.status, reply["Connection"]), (431, "close"))

    def test_user_name(self):
        size = limit("user_bytes")
        self.volume(owner="u" * size)
        self.assertEqual(self.call("GET", "/", auth="u" * size, user=None).status, 200)
        for who in ({"user": "u" * (size + 1)}, {"auth": "u" * (size + 1)}):
            self.assertEqual(self.call("GET", "/", **who).status, 400, who)

    def test_acls_of_a_bucket(self):
        count = limit("bucket_acls")
        items = "ADD " + ",".join(f"user:u{i}:r" for i in range(count))
        bucket = self.bucket(headers=[("x-ozone-acls", items)])
        self.assertEqual(len(self.info(bucket)["acls"]), count)
        one_more = [("x-ozone-acls", "ADD user:last:r")]
        self.assertEqual(self.call("PUT", bucket, headers=one_more).status, 400)
        self.assertEqual(len(self.info(bucket)["acls"]), count)
        self.done(200, "PUT", bucket, headers=[("x-ozone-acls", "REMOVE user:u0:r")] + one_more)


class TestConnections(WireCase):
    def test_keep_alive(self):
        path = self.put(self.bucket() + "/k")
        connection = support.Connection(self.address)
        for target, status in ((path, 200), ("/no-volume", 404), ("/A", 400), (path, 200)):
            for method in ("GET", "HEAD"):
                connection.send(support.request_bytes(method, target, standard()))
                reply = connection.reply(method)
                self.assertEqual((reply.status, reply["Connection"]), (status, "keep-alive"))
        connection.close()

    def test_close(self):
        for headers in ([("Connection", "close")], [("Connection", "Close")],
                        [("Connection", "x, close")]):
            connection = support.Connection(self.address)
            connection.send(get("/", headers=headers))
            self.assertEqual(connection.reply()["Connection"], "close")
            self.assertTrue(connection.at_end())
            connection.close()

    def test_http_1_0(self):
        path = self.put(self.bucket() + "/k")
        for headers, answer in (([], "close"), ([("Connection", "keep-alive")], "keep-alive"),
                                ([("Connection", "Keep-Alive")], "keep-alive")):
            connection = support.Connection(self.address)
            for _ in range(2 if answer == "keep-alive" else 1):
                connection.send(support.request_bytes("GET", path, standard(headers=headers),
                                                      version="HTTP/1.0"))
                reply = connection.reply()
                self.assertEqual((reply.body, reply["Content-Length"], reply["Connection"]),
                                 (b"content", "7", answer))
            if answer == "close":
                self.assertTrue(connection.at_end())
            connection.close()

    def test_a_client_that_closes_its_side(self):
        """What it has asked is answered."""
        path = self.put(self.bucket() + "/k")
        connection = support.Connection(self.address)
        connection.send(get(path) + get(path))
        connection.half_close()
        self.assertEqual([connection.reply().body, connection.reply().body], [b"content"] * 2)
        self.assertTrue(connection.at_end())
        connection.close()

    def test_length_of_every_reply(self):
        """§2.1: never chunked, but for ?stream."""
        bucket = self.bucket()
        self.put(bucket + "/k")
        for method, target in (("GET", "/"), ("GET", bucket), ("GET", bucket + "/k"),
                               ("GET", bucket + "/none"), ("PUT", bucket), ("PATCH", "/"),
                               ("DELETE", bucket + "/k"), ("HEAD", bucket + "/none")):
            reply = self.call(method, target)
            self.assertIsNotNone(reply["Content-Length"], (method, target))
            self.assertIsNone(reply["Transfer-Encoding"])


class TestExpect(WireCase):
    """§4.7, Decision 43."""

    def expecting(self, target, length, value="100-continue", **who):
        headers = [("Expect", value), ("Content-Length", str(length))]
        return support.request_bytes("PUT", target, standard(headers=headers, **who))

    def test_continue(self):
        path = self.bucket() + "/k"
        for value in ("100-continue", "100-Continue"):
            connection = support.Connection(self.address)
            connection.send(self.expecting(path, 5, value))
            reply = connection.reply("PUT", lambda: connection.send(b"hello"))
            self.assertEqual((reply.interim, reply.status), ([100], 201))
            connection.send(get(path))
            self.assertEqual(connection.reply().body, b"hello")
            connection.close()

    def test_the_final_status_instead(self):
        volume = self.volume(quota="4BYTES")
        bucket = self.bucket(volume)
        for target, code, who in [(volume + "/none/k", "bucketNotFound", {}),
                                  ("/no-volume/none/k", "volumeNotFound", {}),
                                  (bucket + "/k", "quotaExceeded", {}),
                                  (bucket + "/%00", "invalidKey", {}),
                                  (bucket + "/k", "badAuthorization", {"drop": ["Authorization"]})]:
            with self.subTest(code=code):
                connection = support.Connection(self.address)
                connection.send(self.expecting(target, 5, **who))
                reply = connection.reply("PUT")
                self.check_form(reply)
                self.assertEqual((reply.interim, reply.json()["shortMessage"]), ([], code))
                self.assertEqual(reply["Connection"], "close")
                self.assertTrue(connection.at_end())
                connection.close()

    def test_no_100_when_there_is_nothing_to_wait_for(self):
        path = self.bucket() + "/k"
        reply, = self.replies(self.expecting(path, 0), ["PUT"])
        self.assertEqual((reply.interim, reply.status), ([], 201))
        reply, = self.replies(self.expecting(path, 5) + b"hello", ["PUT"])
        self.assertEqual((reply.interim, reply.status), ([], 201))
        reply, = self.replies(get(path, headers=[("Expect", "100-continue")]), ["GET"])
        self.assertEqual((reply.interim, reply.body), ([], b"hello"))

    def test_other_expectations(self):
        path = self.bucket() + "/k"
        for value in ("something", "100-continue, x", "101-continue"):
            reply, = self.replies(self.expecting(path, 5, value) + b"hello", ["PUT"])
            self.assert_error(reply, "invalidRequest", MALFORMED, 417)
        self.missing("look up key", "keyNotFound", "GET", path)

    def test_chunked(self):
        path = self.bucket() + "/k"
        connection = support.Connection(self.address)
        connection.send(support.request_bytes("PUT", path, standard(headers=[
            ("Expect", "100-continue"), ("Transfer-Encoding", "chunked")])))
        body = b"5\r\nhello\r\n0\r\n\r\n"
        reply = connection.reply("PUT", lambda: connection.send(body))
        self.assertEqual((reply.interim, reply.status), ([100], 201))
        connection.close()


class TestOwnPages(WireCase):
    """design.md §5: `/-/…` on every listener."""

    def ask(self, path):
        connection = support.Connection(self.address)
        connection.send(support.request_bytes("GET", path, [("Host", "x")]))
        reply = connection.reply()
        connection.close()
        return reply

    def test_they_ask_for_no_ozone_headers(self):
        kinds = {"/-/healthy": "application/json", "/-/ready": "application/json",
                 "/-/metrics": "text/plain; version=0.0.4; charset=utf-8",
                 "/-/openapi.json": "application/json", "/-/api": "text/html; charset=utf-8"}
        for path, kind in kinds.items():
            reply = self.ask(path)
            self.assertEqual((reply.status, reply["Content-Type"]), (200, kind), path)
            self.assertTrue(reply.body, path)
        others = self.ask("/-/others")
        self.assertEqual(others.status, 404)
        for path in kinds:
            self.assertIn(path, others.body.decode())

    def test_the_page_for_people_needs_no_other(self):
        body = self.ask("/-/api").body.decode()
        self.assertIn("/-/openapi.json", body)
        self.assertNotRegex(body, "https?:|src=|href=|@import|url\\(")
