"""An answer to expect, and its comparison with the one that came."""

import re
import time
import uuid

import page

ANY = object()  # a value that is not compared

JSON_HEADERS = ["x-ozone-server-name", "x-ozone-request-id", "Date", "Content-Type",
                "Content-Length", "Connection"]
KEY_HEADERS = ["Content-Type"] + JSON_HEADERS[:3] + JSON_HEADERS[4:]


class Answer:
    """`headers` in order; `extra` may stand anywhere among them. Without `json`, `body` counts."""

    def __init__(self, status, headers, json=None, body=b"", interim=False):
        self.status = status
        self.headers = headers
        self.extra = {}
        self.json = json
        self.body = body
        self.interim = interim
        self.reasons = []  # why it is not the recorded one

    def become(self, status, names, content_type, json=None, body=b""):
        """Another answer; it does not end the connection, as the original's failures do."""
        values = {"Content-Type": content_type, "Connection": "keep-alive",
                  "Content-Length": ANY if json is not None else str(len(body))}
        self.status, self.json, self.body, self.extra = status, json, body, {}
        self.headers = {name: values.get(name, ANY) for name in names}

    def become_error(self, request, short_message, message):
        target = request.parsed
        status = page.ERRORS[short_message][0]
        values = (status, short_message, target.resource, message, ANY, ANY)
        self.become(status, JSON_HEADERS, "application/json", dict(zip(page.ERROR_FIELDS, values)))
        if request.method == "HEAD":
            self.json = None
        if short_message == "methodNotAllowed":
            self.extra["Allow"] = allowed(target)

    def snapshot(self):
        return repr(vars(self))


def allowed(target):
    """§2.9: every 405 names the methods of its resource; a set, in any order."""
    if not target.pieces:
        return {"GET", "HEAD"}
    return {"GET", "HEAD", "POST", "PUT", "DELETE"}


def compare(expected, reply, since, closes):
    """Differences as text; none if the answer is right. `since`: no date may lie before it.
    `closes()`: whether the connection ends here."""
    if reply is None:
        return ["the connection was closed without an answer"]
    found = []

    def differ(what, want, got):
        if want is not ANY and want != got:
            found.append(f"{what}: expected {want!r}, got {got!r}")

    differ("status", expected.status, reply.status)
    differ("interim answers", [100] if expected.interim else [], reply.interim)
    names = [name for name, _ in reply.headers]
    differ("header names", list(expected.headers), [n for n in names if n not in expected.extra])
    for name, want in expected.headers.items():
        got = reply[name]
        if got is not None and not (want is ANY and plausible_header(name, got, since)):
            differ(name, want if want is not ANY else "another form", got)
    for name, want in expected.extra.items():
        got = reply[name]
        if isinstance(want, set):
            differ(name, sorted(want), sorted((got or "").split(", ")))
        elif want is not ANY or got is None or not plausible_header(name, got, since):
            differ(name, want if want is not ANY else "a value", got)
    if expected.json is None:
        differ("body", expected.body, reply.body)
    elif not compact(reply.body):
        found.append(f"the body is not compact ASCII: {reply.body[:200]!r}")
    else:
        found += compare_json("", expected.json, reply.json(), since)
        if isinstance(expected.json, dict) and "httpCode" in expected.json:
            body = reply.json()
            differ("/requestID", reply["x-ozone-request-id"], body.get("requestID"))
            differ("/hostName", reply["x-ozone-server-name"], body.get("hostName"))
    if reply["Connection"] == "close" and not closes():
        found.append("the connection stayed open after Connection: close")
    return found


def plausible_header(name, value, since):
    if name == "x-ozone-request-id":
        return is_request_id(value)
    if name in ("Date", "Last-Modified"):
        return is_date(value, since)
    if name == "Content-Length":
        return value.isdigit()
    return value != ""


def is_request_id(text):
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        return False
    return str(parsed) == text and parsed.version == 4


def is_date(text, since):
    try:
        return since - 1 <= page.seconds(text) <= time.time() + 1
    except (TypeError, ValueError):
        return False


def compact(body):
    """§2.7: one line, ASCII, no white space between the tokens."""
    return (all(byte < 0x80 for byte in body)
            and not re.search(rb'[\s]', re.sub(rb'"(\\.|[^"\\])*"', b"", body)))


def compare_json(path, want, got, since):
    """Values, types and the order of fields."""
    name = path.rsplit("/", 1)[-1]
    if name in ("createdOn", "modifiedOn"):
        return [] if is_date(got, since) else [f"{path}: {got!r} is no date of this run"]
    if name in ("containerID", "localID"):
        good = type(got) is int and 0 < got < 1 << 63
        return [] if good else [f"{path}: {got!r} is no positive 64-bit number"]
    if name == "requestID":
        return [] if is_request_id(got) else [f"{path}: {got!r} is no UUID of version 4"]
    if want is ANY:
        return []
    if type(want) is not type(got):
        return [f"{path}: expected {want!r}, got {got!r}"]
    if isinstance(want, dict):
        if list(want) != list(got):
            return [f"{path}: expected the fields {list(want)}, got {list(got)}"]
        return [line for key in want for line in compare_json(f"{path}/{key}", want[key], got[key],
                                                              since)]
    if isinstance(want, list):
        if len(want) != len(got):
            return [f"{path}: expected {len(want)} entries, got {len(got)}: {got!r}"]
        return [line for i, pair in enumerate(zip(want, got))
                for line in compare_json(f"{path}/{i}", *pair, since)]
    return [] if want == got else [f"{path}: expected {want!r}, got {got!r}"]
