"""§2.2, §2.3, §2.8, §2.11: each parameter of each request, from the server's own declarations. Each
value that one can have is taken, and what lies beside it is refused with the declared error."""

import collections
import itertools
import urllib.parse

import page
from rules import case
from rules.case import OzoneCase, dumps

LEVELS = ["volume", "bucket", "key"]
CONTENT = b"hello"  # its digest is the declared example of Content-MD5
LONG = "x" * 2000
INTEGERS = -(1 << 63), (1 << 63) - 1

# How many levels of its path exist before a good call of each route.
GOOD = {
    "service_list": 0,
    "list_volumes": 0,
    "head_service": 0,
    "create_volume": 0,
    "update_volume": 1,
    "delete_volume": 1,
    "info_volume": 1,
    "list_buckets": 1,
    "head_volume": 1,
    "create_bucket": 1,
    "update_bucket": 2,
    "delete_bucket": 2,
    "delete_keys": 2,
    "list_uploads": 2,
    "info_bucket": 2,
    "stream_keys": 2,
    "list_keys": 2,
    "head_bucket": 2,
    "put_key": 2,
    "info_key": 3,
    "info_key_detail": 3,
    "get_key": 3,
    "rename_key": 3,
    "delete_key": 3,
    "start_upload": 2,
    "put_part": 2,
    "list_parts": 2,
    "complete_upload": 2,
    "abort_upload": 2,
}
# What such a call needs beside that, the parameter that selects the route and the headers of every
# call.
QUERIES = {"rename_key": {"toKey": "new"}, "put_part": {"partNumber": "1"}}
BODIES = {
    "put_key": CONTENT,
    "delete_keys": dumps({"keys": ["k"]}),
    "put_part": CONTENT,
    "complete_upload": dumps({"parts": [{"partNumber": 1, "etag": page.md5_hex(CONTENT)}]}),
}
# Values that hold, but not in such a call.
REFUSED = {
    ("update_bucket", "x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED"): "invalidRequest",
    ("put_key", "x-ozone-copy-source", "/shire/maps/there"): "invalidRequest",  # it has a body
}

name_numbers = collections.defaultdict(itertools.count)  # by length


def name(length):
    """No other test's, and from three characters on never the same."""
    return f"z{next(name_numbers[length]):0{max(length - 1, 0)}x}"[:length]


def text_values(schema, example):
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if example:
        yield example, True
        yield "?", False
    elif most is None:
        yield LONG, True
    else:
        yield name(most), True
        yield name(most + 1), False
        if least:
            yield name(least), True
        if least > 1:
            yield name(least - 1), False


def values(param):
    """(value, whether it holds); the empty one and none are told by `cases`."""
    schema = param["schema"]
    if "enum" in schema:
        yield from ((choice, True) for choice in schema["enum"])
        yield "zz", False
    elif schema["type"] == "boolean":
        yield from (("true", True), ("false", True), ("1", False))
    elif schema["type"] == "integer":
        least = schema.get("minimum", INTEGERS[0])
        most = schema.get("maximum", INTEGERS[1])
        yield from ((str(least), True), (str(most), True), (str(least - 1), False),
                    (str(most + 1), False), ("x", False), ("1.5", False))
    else:
        yield from text_values(schema, param.get("example"))


def empty_error(param):
    """The code for an empty value, or None when it is taken."""
    schema, required = param["schema"], param.get("required")
    if schema["type"] == "integer" and not required:
        return None
    if schema["type"] != "string" or "enum" in schema or schema.get("minLength"):
        return param["x-dobson-wrong"]
    return param["x-dobson-missing"] if required else None


def cases(param):
    """(value, the code of the refusal or None); the value None: not sent."""
    for value, holds in values(param):
        yield value, None if holds else param["x-dobson-wrong"]
    if param["in"] != "path":
        yield "", empty_error(param)
        yield None, param["x-dobson-missing"] if param.get("required") else None


class TestDeclared(OzoneCase):
    def routes(self):
        return case.declared.of_family("ozone")

    def test_every_route_is_here(self):
        self.assertEqual({route.name for route in self.routes()}, set(GOOD))

    def arrange(self, route, names):
        """Makes what must exist before; what the query must say to choose the route."""
        path = ""
        for level in LEVELS[:GOOD[route.name]]:
            path += "/" + names[level]
            if level == "key":
                self.put(path, CONTENT)
            else:
                self.done(201, "POST", path)
        if route.select != "uploadId":
            return {route.select: route.value} if route.select else {}
        path = route.path.format(**names)
        upload = self.done(200, "POST", path + "?uploads").json()["uploadID"]
        self.done(201, "PUT", f"{path}?uploadId={upload}&partNumber=1", CONTENT)
        return {"uploadId": upload}

    def ask(self, route, param=None, value=None, holds=True):
        """A good call, but for one parameter."""
        names = {level: name(10) for level in LEVELS}
        who = {}
        if param and param["in"] == "path" and holds:
            names[param["name"]] = value
        query = self.arrange(route, names) | QUERIES.get(route.name, {})
        if param and param["in"] == "path":
            names[param["name"]] = value
        elif param and param["in"] == "query":
            query.pop(param["name"], None)
            query |= {} if value is None else {param["name"]: value}
        elif param:
            who = {"drop": [param["name"]]} if value is None else {
                "headers": [(param["name"], value)]}
        target = route.path.format(**names)
        if query:
            target += "?" + urllib.parse.urlencode(query)
        return self.call(route.method, target, BODIES.get(route.name), **who)

    def check(self, route, reply, param=None, code=None):
        if code:
            self.assertEqual(reply.status, page.ERRORS[code][0], reply)
            if route.method != "HEAD":
                self.assertEqual(reply.json()["shortMessage"], code)
        elif param and param["name"].startswith("If-") and reply.status in (304, 412):
            pass  # it was understood, and said no
        else:
            self.assertEqual(reply.status, route.success, reply)

    def test_each_parameter(self):
        for route in self.routes():
            with self.subTest(route=route.name):
                self.check(route, self.ask(route))
            for param in route.params:
                if param["name"] == route.select:
                    continue
                for value, code in cases(param):
                    code = REFUSED.get((route.name, param["name"], value), code)
                    with self.subTest(route=route.name, param=param["name"], value=value):
                        self.check(route, self.ask(route, param, value, not code), param, code)
