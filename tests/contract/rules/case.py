"""What the contract tests of the Ozone REST family have in common.

One server serves the whole run; every test makes volumes of its own.
"""

import concurrent.futures
import itertools
import json
import re
import time
import unittest

import expectation
import page
import support

DATE = "Mon, 26 Jun 2017 04:23:30 GMT"

# What the server declares and the run has seen of it; set by the runner.
declared = None

fresh_numbers = itertools.count(1)


def standard(auth="root", user="bilbo", headers=(), drop=()):
    """The headers of a good call; `headers` replace those of the same name, `drop` leaves away."""
    pairs = [("Host", "localhost"), ("x-ozone-version", "v1"), ("Date", DATE),
             ("Authorization", f"OZONE {auth}" if auth else "OZONE"), ("x-ozone-user", user)]
    given = {name.lower() for name, _ in headers}
    if user is None:
        given.add("x-ozone-user")
    left = [(n, v) for n, v in pairs if n.lower() not in given and n not in drop]
    return left + list(headers)


class OzoneCase(unittest.TestCase):
    address = None  # set by the runner
    program = None  # the same
    started = time.time()
    maxDiff = None

    def setUp(self):
        self.connection = None

    def tearDown(self):
        if self.connection:
            self.connection.close()

    # --- Requests ---

    def call(self, method, target, body=None, **who):
        """One request of a well-behaved client; the form of its answer is checked."""
        return self.exchange(support.request_bytes(method, target, standard(**who), body), method)

    def chunked(self, path, body, headers=()):
        """PUT of a body that has its framing already."""
        head = support.request_bytes("PUT", path, standard(
            headers=[("Transfer-Encoding", "chunked"), *headers]))
        return self.exchange(head + body)

    def begin(self, path, body, **who):
        """A PUT whose last byte is still to come."""
        connection = support.Connection(self.address)
        connection.send(support.request_bytes("PUT", path, standard(**who), body)[:-1])
        return connection

    def end(self, connection, body):
        connection.send(body[-1:])
        reply = connection.reply("PUT")
        connection.close()
        return reply

    def exchange(self, data, method="GET", half_close=False):
        """Bytes on a kept connection, and their one answer."""
        self.connection = self.connection or support.Connection(self.address)
        self.connection.send(data)
        if half_close:
            self.connection.half_close()
        reply = self.connection.reply(method)
        self.assertIsNotNone(reply, f"no answer to {data[:200]!r}")
        self.check_form(reply, method)
        self.note(data, reply)
        if reply["Connection"] == "close":
            self.assertTrue(self.connection.at_end())
            self.connection.close()
            self.connection = None
        return reply

    def note(self, data, reply):
        """An answer to `data` for the account of what is declared."""
        if reply.status >= 400:
            method, target, _ = data.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            declared.saw(method, target, reply)

    def check_form(self, reply, method="GET"):
        """§2.6 and §2.9: what holds for every answer."""
        names = [n for n, _ in reply.headers if n in expectation.JSON_HEADERS]
        wanted = [n for n in expectation.JSON_HEADERS if n in names]
        if names[0] == "Content-Type":
            wanted = [n for n in expectation.KEY_HEADERS if n in names]
        self.assertEqual(names, wanted)
        self.assertTrue(reply["x-ozone-server-name"])
        self.assertTrue(expectation.is_request_id(reply["x-ozone-request-id"]), reply)
        self.assertTrue(expectation.is_date(reply["Date"], self.started), reply)
        self.assertIn(reply["Connection"], ("keep-alive", "close"))
        self.assertIsNone(reply["Content-Encoding"])
        self.assertFalse([n for n, _ in reply.headers if n.lower().startswith(
            ("access-control-", "x-csrf", "x-xsrf"))], reply)  # §2.1
        if reply.status >= 400:
            self.assertEqual(reply["Content-Type"], "application/json", reply)
            if method != "HEAD":
                self.check_error(reply)

    def check_error(self, reply):
        self.assertTrue(expectation.compact(reply.body), reply)
        error = reply.json()
        self.assertEqual(list(error), page.ERROR_FIELDS)
        self.assertEqual(error["httpCode"], reply.status)
        self.assertEqual(error["requestID"], reply["x-ozone-request-id"])
        self.assertEqual(error["hostName"], reply["x-ozone-server-name"])
        self.assertTrue(error["message"])

    # --- Answers ---

    def done(self, status, method, target, body=None, **who):
        reply = self.call(method, target, body, **who)
        self.assertEqual(reply.status, status, f"{method} {target}: {reply}")
        return reply

    def refused(self, short_message, message, method, target, body=None, **who):
        """`message` None: the default of §2.9. A status other than the table's: in `status`."""
        status, default = page.ERRORS[short_message]
        status = who.pop("status", status)
        reply = self.call(method, target, body, **who)
        self.assert_error(reply, short_message, message or default, status)
        return reply

    def assert_error(self, reply, short_message, message, status=None):
        self.assertGreaterEqual(reply.status, 400, reply)
        error = reply.json()
        self.assertEqual((reply.status, error["shortMessage"], error["message"]),
                         (status or page.ERRORS[short_message][0], short_message, message))

    def missing(self, stem, short_message, method, target, body=None, **who):
        """A store error: §2.9's stem and the code that goes with `short_message`."""
        text = page.STEMS[stem] + page.CODES[short_message]
        return self.refused(short_message, text, method, target, body, **who)

    def get_json(self, target, **who):
        reply = self.done(200, "GET", target, **who)
        self.assertTrue(expectation.compact(reply.body), reply)
        return reply.json()

    # --- Things to work on ---

    def fresh(self, stem="name"):
        return f"{stem}-{next(fresh_numbers)}"

    def volume(self, owner="bilbo", quota=None, **who):
        name = self.fresh("vol")
        self.done(201, "POST", f"/{name}" + (f"?quota={quota}" if quota else ""), user=owner, **who)
        return "/" + name

    def bucket(self, volume=None, headers=(), **who):
        path = f"{volume or self.volume()}/{self.fresh('buc')}"
        self.done(201, "POST", path, headers=headers, **who)
        return path

    def put(self, path, body=b"content", **who):
        self.done(201, "PUT", path, body, **who)
        return path

    def info(self, path):
        kind = ["volume", "bucket", "key"][min(path.count("/"), 3) - 1]
        return self.get_json(f"{path}?info={kind}")

    def keys(self, bucket, query=""):
        return [key["keyName"] for key in self.get_json(bucket + query)["keyList"]]

    def volumes(self, user, query=""):
        return [v["volumeName"] for v in self.get_json("/" + query, user=user)["volumes"]]

    def buckets(self, volume, query=""):
        return [b["bucketName"] for b in self.get_json(volume + query)["buckets"]]

    def many(self, requests):
        """Independent requests, each (status, method, target[, body]), on several connections."""
        def play(part):
            case = type(self)()
            case.setUp()
            for status, *request in part:
                case.done(status, *request)
            case.tearDown()

        requests = list(requests)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(play, [requests[i::8] for i in range(8)]))

    def next_second(self):
        """Until the server's clock shows another second."""
        first = self.call("GET", "/")["Date"]
        while self.call("GET", "/")["Date"] == first:
            pass


def quoted(text):
    """Percent-encoded as UTF-8, slashes too."""
    return re.sub(r"[^A-Za-z0-9.~_-]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), text)


def acl(text):
    kind, name, rights = text.split(":")
    return {"type": kind, "name": name, "rights": rights}


def dumps(value):
    return json.dumps(value).encode()
