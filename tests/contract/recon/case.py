"""What the contract tests of the insight API have in common. One server serves the whole run; every
test makes volumes of its own, through the object API."""

import concurrent.futures
import itertools
import os
import shutil
import tempfile
import time
import unittest
import urllib.parse

import expectation
import support

BASE = "/api/v1"
DEADLINE_S = 60
FIXED = {"Cache-Control": "no-cache", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff",
         "X-XSS-Protection": "1; mode=block", "X-FRAME-OPTIONS": "SAMEORIGIN"}
STANDARD = [("Host", "localhost"), ("x-ozone-version", "v1"),
            ("Date", "Mon, 26 Jun 2017 04:23:30 GMT"), ("Authorization", "OZONE root")]
# §2.1; the wire has no codes.
STATUSES = {"badRequest": 400, "notFound": 404, "methodNotAllowed": 405, "notAcceptable": 406,
            "timeout": 408, "conflict": 409, "targetTooLong": 414, "unsupportedMediaType": 415,
            "expectationFailed": 417, "tooManyRequests": 429, "headTooLarge": 431,
            "internalError": 500, "prometheusFailed": 502, "unavailable": 503}
CODES = {status: code for code, status in STATUSES.items()}

# What the server declares and the run has seen of it; set by the runner.
declared = None

fresh_numbers = itertools.count(1)


def wrong_headers(reply, since):
    """What is wrong with the headers that every answer has (§2)."""
    found = [f"{name}: {value!r}, got {reply[name]!r}" for name, value in FIXED.items()
             if reply[name] != value]
    return found + [f"{name}: no date of now: {reply[name]}" for name in ("Date", "Expires")
                    if not expectation.is_date(reply[name], since)]


class ReconCase(unittest.TestCase):
    addresses = None  # set by the runner
    program = None  # the same
    upstream = None  # the same; plays Prometheus
    started = time.time()
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        world = cls()
        ReconCase.setUp(world)  # what each test begins with is not for the world
        cls.load(world)
        ReconCase.tearDown(world)

    @classmethod
    def load(cls, world):
        """What the tests of the class look at; `world`: a case of it."""

    def setUp(self):
        self.connections = {}

    def tearDown(self):
        for connection in self.connections.values():
            connection.close()

    # --- Requests ---

    def exchange(self, api, data, method="GET"):
        """Bytes on a kept connection, and their one answer."""
        if api not in self.connections:
            self.connections[api] = support.Connection(self.addresses[api])
        self.connections[api].send(data)
        reply = self.connections[api].reply(method)
        self.assertIsNotNone(reply, f"no answer to {data[:200]!r}")
        if reply["Connection"] == "close":
            self.connections.pop(api).close()
        return reply

    def call(self, target, method="GET", headers=(), body=None):
        """One request below /api/v1; the form of its answer is checked."""
        target = BASE + target
        data = support.request_bytes(method, target, [("Host", "localhost"), *headers], body)
        reply = self.exchange("recon", data, method)
        self.check_form(reply, method)
        if reply.status >= 400:
            declared.saw(method, target, reply)
        return reply

    def check_form(self, reply, method):
        self.assertEqual(wrong_headers(reply, self.started), [], reply)
        self.assertIsNone(reply["Content-Encoding"])
        self.assertFalse([n for n, _ in reply.headers if n.lower().startswith("access-control-")])
        if method == "OPTIONS" and reply.status == 200:
            return
        if reply.status == 204:
            self.assertEqual((reply["Content-Type"], reply["Content-Length"]), (None, None), reply)
            return
        if reply["Content-Disposition"]:
            return
        self.assertEqual(reply["Content-Type"], "application/json", reply)
        if method != "HEAD":
            self.assertTrue(expectation.compact(reply.body), reply)
        if reply.status >= 400 and method != "HEAD":
            fields = ["error", "message"] if reply.status == 429 else ["message"]
            if reply.status != 409 or "status" not in reply.json():  # of a sync that never runs
                self.assertEqual(list(reply.json()), fields, reply)
            self.assertTrue(reply.json()["message"], reply)

    def get(self, target, **query):
        reply = self.call(asked(target, query))
        self.assertEqual(reply.status, 200, reply)
        return reply.json()

    def until(self, target, is_right, **query):
        """What a page says as soon as it is right."""
        end = time.monotonic() + DEADLINE_S
        while not is_right(page := self.get(target, **query)):
            self.assertLess(time.monotonic(), end, page)
        return page

    def refused(self, status, target, method="GET", headers=(), body=None):
        reply = self.call(target, method, headers, body)
        self.assertEqual(reply.status, status, f"{method} {target}: {reply}")
        return reply

    def namespace(self, page, path, **query):
        return self.get(f"/namespace/{page}", path=path, **query)

    # --- Things to look at ---

    def made(self, method, target, headers=(), body=None, user="bilbo", status=201):
        headers = [*STANDARD, ("x-ozone-user", user), *headers]
        reply = self.exchange("ozone", support.request_bytes(method, target, headers, body))
        self.assertEqual(reply.status, status, f"{method} {target}: {reply}")
        return reply

    def settled(self):
        """The state of the cluster once nothing is below deleted directories."""
        return self.until("/clusterState", lambda state: state["deletedDirs"] == 0)

    def volume(self, name=None, quota=None, **who):
        name = name or f"vol{next(fresh_numbers)}"
        self.made("POST", f"/{name}" + (f"?quota={quota}BYTES" if quota else ""), **who)
        return name

    def bucket(self, volume, name, tree=False, headers=()):
        layout = "FILE_SYSTEM_OPTIMIZED" if tree else "OBJECT_STORE"
        self.made("POST", f"/{volume}/{name}", [("x-ozone-bucket-layout", layout), *headers])

    def key(self, volume, bucket, name, size=0):
        self.made("PUT", f"/{volume}/{bucket}/{urllib.parse.quote(name)}", body=bytes(size))

    def many(self, requests):
        """Independent calls of `made`, on several connections."""
        def play(part):
            case = type(self)()
            case.setUp()
            for request in part:
                case.made(*request)
            case.tearDown()

        requests = list(requests)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(play, [requests[i::8] for i in range(8)]))


class OwnServerCase(ReconCase):
    """Each class has a server of its own."""

    SETTINGS = ()

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="recon-")
        cls.begin()
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.directory)

    @classmethod
    def begin(cls):
        cls.server = support.Server(cls.program, cls.SETTINGS, directory=cls.directory)
        cls.addresses = cls.server.addresses

    def restart(self):
        self.tearDown()
        self.setUp()
        self.server.stop()
        self.begin()

    def file_of(self, container):
        return os.path.join(self.server.data, "blocks", f"{container:016x}.container")


def asked(target, query):
    return target + ("?" + urllib.parse.urlencode(query) if query else "")
