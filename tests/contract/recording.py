"""The recordings of golden/ozone, as requests to send and answers to expect."""

import base64
import hashlib
import json
import os
import re
import shlex

import page
import support

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "ozone")

# In the order in which they were recorded.
SCENARIOS = [
    "seed-curl", "common-headers", "volume-quota", "volume-names", "volume-update-delete",
    "owner-to-himself", "volume-list", "bucket-basic", "bucket-acl", "bucket-names", "bucket-list",
    "key-data", "key-names", "key-list", "key-rename", "methods-paths", "connections",
    "service-list"]

# Fields and headers whose values change from run to run: their form is compared.
VOLATILE = {"createdOn", "modifiedOn", "requestID", "hostName", "containerID", "localID",
            "x-ozone-server-name", "x-ozone-request-id", "Date", "Last-modified", "Expires"}

STANDARD = [("Host", "127.0.0.1:9880"), ("x-ozone-version", "v1"),
            ("Date", "Mon, 26 Jun 2017 04:23:30 GMT"), ("Authorization", "OZONE root"),
            ("x-ozone-user", "bilbo")]

ADMINS = ("root", "hdfs")

# What a recorded request lacks of what was sent.
LOST_HEADER = {("key-data", "put with a negative length"): ("Content-Length", "-1")}
LOST_BODY = {("connections", "Expect: 100-continue, body sent after 0.5 s"): b"hello"}


class Request:
    def __init__(self, method, target, headers, body=None, version="HTTP/1.1", raw=None):
        self.method = method
        self.target = target
        self.parsed = page.Target(method, target)
        self.headers = headers
        self.body = body
        self.raw = raw or support.request_bytes(method, target, headers, body, version)

    def header(self, name, default=None):
        return next((v.strip() for n, v in self.headers if n.lower() == name), default)

    def user(self):
        return self.header("x-ozone-user", "").lower()

    def caller(self):
        return " ".join(self.header("authorization", "").lower().split()[1:]) or self.user()

    def subject(self):
        """§2.4."""
        return self.user() if self.caller() in ADMINS and self.user() else self.caller()

    @property
    def waits(self):
        """The body is sent after `100 Continue`."""
        return self.header("expect") == "100-continue"

    @property
    def cut_short(self):
        """Announces more than it has: the sender closes its side."""
        announced = self.header("content-length", "")
        return (announced.isdigit() and not self.waits
                and len(self.raw.split(b"\r\n\r\n", 1)[1]) < int(announced))


class Step:
    def __init__(self, scenario, index, recorded):
        self.scenario = scenario
        self.index = index
        self.name = recorded["name"]
        self.request = parse_request(recorded["request"], LOST_HEADER.get((scenario, self.name)),
                                     LOST_BODY.get((scenario, self.name)))
        self.target = self.request.parsed
        self.response = recorded["response"]
        self.mark = recorded.get("dobson", {})
        self.closed_after = recorded.get("closed_after")
        strange = {pointer.rsplit("/", 1)[-1] for pointer in recorded["volatile"]} - VOLATILE
        assert not strange, f"{self}: {strange}"

    def __str__(self):
        return f"{self.scenario} [{self.index}] {self.name}"


def load(scenario):
    with open(os.path.join(FOLDER, scenario + ".json"), encoding="utf-8") as file:
        steps = json.load(file)["steps"]
    return [Step(scenario, index, step) for index, step in enumerate(steps)]


def parse_request(recorded, lost_header, lost_body):
    if "curl" in recorded:
        return parse_curl(recorded["curl"])
    if "raw" in recorded:
        return parse_raw(recorded["raw"], lost_body)
    headers = [(name, value) for name, values in recorded["headers"].items()
               for value in (values if isinstance(values, list) else [values])]
    headers += [lost_header] if lost_header else []
    return Request(recorded["method"], recorded["path"], headers, body_of(recorded),
                   recorded.get("version", "HTTP/1.1"))


def parse_raw(raw, lost_body):
    head, _, body = raw.partition("\r\n\r\n" if "\r\n\r\n" in raw else "\n\n")
    lines = re.split("\r?\n", head)
    method, target = (lines[0].split(" ") + ["", ""])[:2]
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]
               if re.match(r"[\w-]+:", line)]
    if ("Transfer-Encoding", "chunked") in headers:
        body = body.split("\r\n")[1]
    return Request(method, target, headers, lost_body or body.encode("latin-1"),
                   raw=raw.encode("latin-1") + (lost_body or b""))


def parse_curl(line):
    """The options that the seed's lines use; what curl adds by itself is added here."""
    method, headers, body = "GET", [("Host", "localhost:9880"), ("Accept", "*/*")], None
    words = iter(shlex.split(line)[1:])
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            headers.append(tuple(part.strip() for part in next(words).split(":", 1)))
        elif word == "-T":
            next(words)
            body = b"Hello Ozone!"
            headers += [("Content-Length", str(len(body))), ("Expect", "100-continue")]
        elif word not in ("-i", "-O"):
            target = re.sub(r"^http:/+[^/]*", "", word)
    return Request(method, target, headers, body)


def body_of(recorded):
    """Bytes of a recorded request or response body; None where there is none."""
    if "body_b64" in recorded:
        return base64.b64decode(recorded["body_b64"])
    if "body" in recorded:
        return recorded["body"].encode("utf-8")
    if "stdout" in recorded:  # of curl: with -i the head stands before it
        text = recorded["stdout"] or recorded.get("file-1", "")
        return text.partition("\r\n\r\n")[2].encode("utf-8")
    if "body_len" in recorded:
        body = pattern(recorded["body_len"])
        assert hashlib.sha256(body).hexdigest() == recorded["body_sha256"]
        return body
    return None


def pattern(length):
    """`body_gen` of the recordings: byte i is (i % 251 * 7 + 3) % 251."""
    period = bytes((i * 7 + 3) % 251 for i in range(251))
    return (period * (length // 251 + 1))[:length]


def setup(scenario):
    """What was loaded before a scenario's first step (golden README, the text `scenario`)."""
    def post(path, *headers, user="bilbo"):
        return Request("POST", path, replaced("x-ozone-user", user) + list(headers))

    def put(path, body):
        return Request("PUT", path, STANDARD, body)

    if scenario == "seed-curl":
        volumes = ["volume-to-update", "volume-to-delete", "volume-of-bilbo"]
        return [post("/" + v) for v in volumes] + [post("/volume-of-bilbo/bucket-to-update")]
    if scenario == "volume-list":
        order = [3, 10, 1, 12, 0, 2, 11, 4, 13, 5]
        return [post(f"/lvol-{i}?quota={i + 1}GB", user="listb" if i % 2 else "lista")
                for i in order]
    if scenario == "bucket-list":
        extra = {"tb3": [("x-ozone-storage-type", "SSD")], "tb5": [("x-ozone-storage-type", "SSD")],
                 "tb4": [("x-ozone-bucket-versioning", "ENABLED")]}
        names = [f"tb{i}" for i in range(11)] + ["other-1", "other-2"]
        return ([post("/blempty"), post("/blvol")]
                + [post(f"/blvol/{name}", *extra.get(name, ())) for name in names]
                + [put("/blvol/tb1/k1", b"12345"), put("/blvol/tb1/k2", b"123")])
    if scenario == "key-list":
        keys = [f"list-key{i}" for i in range(11)] + [
            "aKey0", "aKey10", "aKey12", "aKey2", "Zed", "dir/a", "dir/b", "dir2", "%C3%A4"]
        return ([post("/klvol"), post("/klvol/klbuc"), post("/klvol/klempty")]
                + [put("/klvol/klbuc/" + key, b"abc") for key in keys])
    return []


def replaced(name, value):
    return [(n, value if n == name else v) for n, v in STANDARD]
