"""§4.25: questions to Prometheus, which the test plays as badly as it likes."""

import contextlib
import os
import select
import socket
import threading

import support
from recon import case
from recon.case import BASE, ReconCase
from upstream import OK, Upstream, answer, bytes_then_close, bytes_then_stay
from watched import MIB, Watched

NOT_CONFIGURED = ("Metrics endpoint is not configured. Configure "
                  "ozone.recon.prometheus.http.endpoint and try again later.")
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE_BYTES = 200 * MIB
# What sockets hold of an answer on its way from Prometheus to a client that does not read.
IN_SOCKETS_BYTES = 64 * MIB
PROXY_BYTES = 16 * MIB  # what a first question costs under ASan, and room


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class PrometheusCase(ReconCase):
    def setUp(self):
        super().setUp()
        self.upstream.heads.clear()

    def tearDown(self):
        self.upstream.answer = answer()
        super().tearDown()

    def ask(self, how, target="/metrics/query", method="GET", headers=(), version="HTTP/1.1"):
        """The answer to one question that Prometheus answers so."""
        self.upstream.answer = how
        data = support.request_bytes(method, BASE + target, [("Host", "localhost"), *headers],
                                     version=version)
        reply = self.exchange("recon", data, method)
        self.assertEqual(case.wrong_headers(reply, self.started), [], reply)
        self.assertEqual(reply["Content-Type"], "application/json")
        return reply

    def failed(self, how, part, **more):
        reply = self.ask(how, **more)
        self.assertEqual(reply.status, 502, reply)
        self.check_form(reply, "GET")
        self.assertIn(part, reply.json()["message"])
        case.declared.saw("GET", BASE + "/metrics/query", reply)

    def is_cut(self, how, version="HTTP/1.1"):
        """Whether the client sees that what it has is not all."""
        self.upstream.answer = how
        with socket.create_connection(self.addresses["recon"], support.TIMEOUT_S) as client:
            client.sendall(support.request_bytes("GET", BASE + "/metrics/query",
                                                 [("Host", "localhost")], version=version))
            try:
                while client.recv(1 << 16):
                    pass
            except ConnectionResetError:
                return True
        return False


class TestQuestions(PrometheusCase):
    def test_as_they_came(self):
        for path, query in (("query", "?query=a%26b+c%20d%2B&time=1&&x=%2F;=?"), ("labels", ""),
                            ("query_range/", "?"), ("series", "?match[]=up&match[]=a%7bb='c'}")):
            self.ask(answer(), f"/metrics/{path}{query}", headers=[
                ("Cookie", "a=b"), ("Authorization", "Basic eA=="), ("X-Forwarded-For", "me"),
                ("Accept", "application/json"), ("Accept-Encoding", "gzip"), ("Range", "bytes=0-")])
            self.assertEqual(self.upstream.heads.pop(), (
                f"GET {BASE}/{path.rstrip('/')}{query if len(query) > 1 else ''} HTTP/1.1\r\n"
                f"Host: {self.upstream.address.removeprefix('http://')}\r\n"
                "Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n"))

    def test_names_that_are_no_page(self):
        for path in ("", "/", "//query", "/a/b", "/..", "/.", "/%2e%2e", "/..%2fadmin", "/a%2Fb",
                     "/query%00", "/a%0d%0ab", "/%", "/query%", "/a.b", "/-", "/%C3%A4", "/a;b"):
            self.refused(404, "/metrics" + path)
        self.assertEqual(self.upstream.heads, [])

    def test_a_connection_is_kept(self):
        self.ask(answer())
        before = self.upstream.connections
        for _ in range(5):
            self.ask(answer())
            self.ask(bytes_then_stay(CHUNKED.encode() + chunk(OK) + b"0\r\n\r\n"))
        self.assertEqual(self.upstream.connections, before)

    def test_a_body_of_the_question_is_dropped(self):
        data = support.request_bytes("GET", BASE + "/metrics/query", [("Host", "localhost")],
                                     b"ignored")
        for _ in range(2):
            self.assertEqual(self.exchange("recon", data).body, OK)
        self.assertNotIn("ignored", "".join(self.upstream.heads))


class TestAnswers(PrometheusCase):
    def test_statuses(self):
        for status in ("200 OK", "203 Fine", "299 ?"):
            reply = self.ask(answer(b'{"a":1}', status))
            self.assertEqual((reply.status, reply.body), (200, b'{"a":1}'))
        reply = self.ask(bytes_then_stay(b"HTTP/1.1 204 No Content\r\n\r\n"))
        self.assertEqual((reply.status, reply.body), (200, b""))
        location = f"Location: {self.upstream.address}/elsewhere\r\n"
        for status in ("301 Moved", "307 Moved", "400 Bad", "401 Who", "404 No", "422 No", "500 x",
                       "503 Later"):
            self.upstream.heads.clear()
            reply = self.ask(answer(b'{"status":"error"}', status, location))
            self.assertEqual((reply.status, reply.body), (502, b'{"status":"error"}'))
            self.assertIsNone(reply["Location"])
            self.assertEqual(len(self.upstream.heads), 1)

    def test_headers_stay_there(self):
        reply = self.ask(answer(b"<html>", headers="Content-Type: text/html\r\nSet-Cookie: a=b\r\n"
                                                   "Connection: close\r\nX-Frame-Options: no\r\n"))
        self.assertEqual((reply["Set-Cookie"], reply["Connection"]), (None, "keep-alive"))

    def test_framings(self):
        body = os.urandom(300_000)
        length = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        chunks = CHUNKED.encode() + b"".join(
            chunk(body[i:i + 70_000]) for i in range(0, len(body), 70_000)) + b"0\r\nA: b\r\n\r\n"
        for how, known in ((bytes_then_stay(length), True), (bytes_then_stay(chunks), False),
                           (bytes_then_close(b"HTTP/1.0 200 OK\r\n\r\n" + body), False)):
            for version in ("HTTP/1.1", "HTTP/1.0"):
                reply = self.ask(how, version=version)
                self.assertEqual(reply.body, body)
                chunked = version == "HTTP/1.1" and not known
                self.assertEqual(reply["Transfer-Encoding"], "chunked" if chunked else None)
                self.assertEqual(reply["Content-Length"], str(len(body)) if known else None)
            reply = self.ask(how, method="HEAD")
            self.assertEqual((reply.status, reply["Content-Length"]),
                             (200, str(len(body)) if known else None))

    def test_what_is_no_answer(self):
        for data in (b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                     CHUNKED.encode(), CHUNKED.encode() + b"5\r\n"):
            self.failed(bytes_then_close(data), "closed before")
        for data in (b"SSH-2.0-OpenSSH\r\n", b"HTTP/2.0 200 OK\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"):
            self.failed(bytes_then_close(data), "is not HTTP")
        self.failed(bytes_then_close(CHUNKED.encode() + b"x\r\n"), "chunks of its answer are wrong")
        self.failed(bytes_then_close(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000), "is too large")

    def test_answers_that_end_early(self):
        body = b"x" * 100_000
        length = b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n" + body
        chunks = CHUNKED.encode() + chunk(body)
        for data in (length, chunks, chunks + b"0\r\n", chunks + b"5\r\nhello?\r\n"):
            for version in ("HTTP/1.1", "HTTP/1.0"):
                self.assertTrue(self.is_cut(bytes_then_close(data), version), (data[-20:], version))


class TestClients(PrometheusCase):
    """What becomes of Prometheus when clients do not take what it sends."""

    def leave(self, how, until):
        """Until Prometheus knows that nobody wants its answer any more."""
        ended = threading.Event()

        def answer_to_its_end(peer):
            with contextlib.suppress(ConnectionError):
                how(peer)
            ended.set()

        self.upstream.answer = answer_to_its_end
        with socket.create_connection(self.addresses["recon"], support.TIMEOUT_S) as client:
            client.sendall(support.request_bytes("GET", BASE + "/metrics/query",
                                                 [("Host", "localhost")]))
            until(client)
        self.assertTrue(ended.wait(support.TIMEOUT_S))

    def test_one_that_leaves_in_the_answer(self):
        def without_end(peer):
            peer.sendall(CHUNKED.encode())
            while True:
                peer.sendall(chunk(bytes(1 << 16)))

        self.leave(without_end, lambda client: client.recv(1 << 16))

    def test_one_that_leaves_before(self):
        asked = threading.Event()

        def silent(peer):
            asked.set()
            peer.recv(1)

        self.leave(silent, lambda _: asked.wait(support.TIMEOUT_S))
        asked.clear()
        self.leave(lambda peer: (peer.sendall(CHUNKED.encode()), silent(peer)),
                   lambda _: asked.wait(support.TIMEOUT_S))


class TestOthers(ReconCase):
    """Servers of their own."""

    def start(self, *settings):
        server = support.Server(self.program, settings)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        self.addresses = server.addresses
        return server

    def asked(self):
        """A connection that waits for its answer."""
        connection = support.Connection(self.addresses["recon"])
        self.addCleanup(connection.close)
        connection.send(support.request_bytes("GET", BASE + "/metrics/query",
                                              [("Host", "localhost")]))
        return connection

    def playing(self, how):
        upstream = Upstream()
        self.addCleanup(upstream.close)
        upstream.answer = how
        return upstream

    def test_none(self):
        self.start()
        for page in ("query", "query_range?query=up&start=0&end=1&step=1"):
            self.assertEqual(self.refused(502, "/metrics/" + page).json()["message"],
                             NOT_CONFIGURED)
        self.refused(404, "/metrics/a.b")

    def test_absent(self):
        upstream = Upstream()
        upstream.close()
        self.start(f"ozone.recon.prometheus.http.endpoint={upstream.address}/")
        message = self.refused(502, "/metrics/query").json()["message"]
        address = upstream.address.removeprefix("http://")
        self.assertEqual(message, f"Prometheus does not answer. {address}: cannot connect: Connection "
                         "refused. Start it there, or set recon.prometheus to where it is.")

    def test_below_a_path(self):
        upstream = self.playing(answer())
        self.start(f"recon.prometheus={upstream.address}/prom/")
        self.get("/metrics/query", query="up")
        self.assertTrue(upstream.heads[0].startswith("GET /prom/api/v1/query?query=up HTTP"))

    def test_addresses_that_are_none(self):
        for url in ("prometheus:9090", "https://prometheus", "http://", "http://a:b", "ftp://a"):
            with self.assertRaises(support.DidNotStart) as raised:
                support.Server(self.program, [f"recon.prometheus={url}"])
            self.assertEqual(raised.exception.code, 2)
            self.assertIn(f"recon.prometheus = {url}", raised.exception.log)

    def test_questions_at_once(self):
        """limits::client_requests"""
        release = threading.Event()

        def held(peer):
            release.wait()
            return answer()(peer)

        upstream = self.playing(held)
        self.start(f"recon.prometheus={upstream.address}", "reactors=1")
        waiting = [self.asked() for _ in range(64)]
        self.refused(503, "/metrics/query")
        release.set()
        for connection in waiting:
            self.assertEqual(connection.reply().body, OK)
        self.get("/metrics/query")

    def test_an_end_does_not_wait_for_it(self):
        asked, release = threading.Event(), threading.Event()

        def held(_):
            asked.set()
            release.wait()

        upstream = self.playing(held)
        self.addCleanup(release.set)
        server = self.start(f"recon.prometheus={upstream.address}", "server.drain=100 ms")
        connection = self.asked()
        self.assertTrue(asked.wait(support.TIMEOUT_S))
        server.stop()
        self.assertTrue(connection.at_end())

    def test_memory(self):
        """A large answer to one who reads slowly stays with Prometheus."""
        large = LargeAnswer()
        upstream = self.playing(large)
        watched = Watched(self.start(f"recon.prometheus={upstream.address}"))
        before = watched.memory()
        connection = self.asked()
        read = 0
        for part in range(10 * MIB, LARGE_BYTES + 1, 10 * MIB):
            large.wait_until_stuck()
            self.assertLessEqual(large.sent - read, IN_SOCKETS_BYTES)
            self.assertLessEqual(watched.memory() - before, PROXY_BYTES)
            while read < part:
                read += len(connection.socket.recv(1 << 16))


class LargeAnswer:
    """Counts what it could send."""

    PIECE = bytes(1 << 16)

    def __init__(self):
        self.sent = 0
        self.goes_on = True
        self.changed = threading.Condition()

    def __call__(self, peer):
        peer.sendall(CHUNKED.encode())
        while self.sent < LARGE_BYTES:
            self.note(bool(select.select([], [peer], [], 0.1)[1]))
            peer.sendall(chunk(self.PIECE))
            self.sent += len(self.PIECE)
        peer.sendall(b"0\r\n\r\n")
        self.note(False)

    def note(self, goes_on):
        with self.changed:
            self.goes_on = goes_on
            self.changed.notify_all()

    def wait_until_stuck(self):
        """Nobody takes more, or that was all."""
        with self.changed:
            self.changed.wait_for(lambda: not self.goes_on, support.TIMEOUT_S)
