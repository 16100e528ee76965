"""The recordings of golden/recon, and the namespace that they were made of."""

import functools
import json
import os
import urllib.parse

import support
from expectation import ANY

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "recon")
SCENARIOS = ["namespace", "namespace-paths", "volumes-buckets", "utilization", "errors",
             "keys-list", "keys-open", "keys-deletepending", "containers", "triggers"]

# Always a time or an id, whether or not it was seen to change.
VOLATILE = {"creationTime", "modificationTime", "containerID", "localID"}

STANDARD = [("Host", "localhost"), ("x-ozone-version", "v1"),
            ("Date", "Mon, 26 Jun 2017 04:23:30 GMT"), ("Authorization", "OZONE root")]


class Bucket:
    def __init__(self, tree, keys, directories=(), headers=()):
        self.tree = tree  # whether it has directories
        self.keys = dict(keys)  # name -> bytes
        self.made = list(directories)  # beside those that keys are in
        self.headers = list(headers)

    @property
    def directories(self):
        names = set(self.made)
        for name in [*self.keys, *self.made] if self.tree else ():
            names |= {name[:i] for i, c in enumerate(name) if c == "/"}
        return names


# «What was loaded», as the recordings end: overwritten, renamed and deleted already. Sizes of
# volb's keys that no recording names follow from its sums.
VOLUMES = {"vola": ("alice", 2097152000), "volb": ("bob", None), "volc": ("root", None),
           "emptyvol": ("carol", 1048576), "s3v": ("root", None)}
BUCKETS = {
    ("vola", "fso1"): Bucket(True, {
        "deep/a/b/c/d/e/leaf.bin": 65536, "dir1/dir2/file2": 1025, "dir1/dir3/file3": 4097,
        "dir1/dir4/file6": 2049, "dir1/dir4/oneK": 1024, "dir1/dir4/onebyte": 1,
        "dir1/dir4/zero": 0, "dir1/file7": 4097, "dir1/meta": 10, "dir1/overin": 701,
        "dir5/big5m": 5242880, "dir5/ec5m": 5242880, "dir5/ecsmall": 1000, "file1": 500,
        "fopen1": 200, "moved/in/f": 99, "over.bin": 700,
        "pct%20dir/100%+plus&amp.txt": 333, "ren/dst": 88,
        "sp ace/päth/日本語 file.txt": 777},
        directories=["emptydir", "tmpd", "fdel", "mpud"]),
    ("vola", "obs1"): Bucket(False, {
        "////file2": 1025, "a//b": 3000, "a/b/c.txt": 1000, "a/b/d.txt": 2000, "big/3m": 3145728,
        "big/5m": 5242880, "file1": 500, "file3///": 4097, "oover": 555, "pct%2Fkey": 56,
        "sp ace key": 12, "uni-é-日本": 34, "zero": 0},
        headers=[("x-ozone-acls", "ADD user:dave:rw")]),
    ("vola", "legacy1"): Bucket(False, {
        "ldir/": 0, "ldir/sub/": 0, "ldir/sub/f": 1500, "top": 400, "x-1": 300, "x/y/z1": 100,
        "x/y/z2": 200}),
    ("volb", "fso2"): Bucket(True, {"u": 1048577, "p/v": 1048576, "p/q/w": 2048}),
    ("volb", "obsver"): Bucket(False, {"k1": 300}, headers=[
        ("x-ozone-bucket-versioning", "ENABLED"), ("x-ozone-storage-type", "SSD")]),
    ("volb", "ecb"): Bucket(False, {"e1": 10, "e3m": 3145728, "e4m1": 4194305, "e333": 333}),
    ("volc", "many"): Bucket(False, {f"k{i:03}": i * 37 % 1500 + 1 for i in range(45)}),
    ("volc", "wide"): Bucket(True, {
        **{f"d{i:02}/f": i * 53 % 900 + 1 for i in range(35)},
        "solo": 5, "after/one": 111, "after/three": 222}),
    ("volc", "emptyb"): Bucket(True, {}),
    ("volc", "lnk"): Bucket(True, {}),
}


# Keys whose bytes never came to their end, and multipart uploads.
OPEN_KEYS = {
    ("vola", "legacy1"): {"lopen": 77},
    ("vola", "obs1"): {"open/o1": 1000, "open/o2": 3145728, "opendir/o3": 10},
    ("volb", "ecb"): {"ecopen": 1048576},
    ("vola", "fso1"): {"dir1/dir2/fopen3": 400, "dir1/fopen2": 300, "fopen1": 200},
    ("volb", "fso2"): {"fopen5": 0, "p/fopen4": 2097153},
}
UPLOADS = {("vola", "obs1"): ["mpu/up1"], ("volb", "ecb"): ["mpuec"], ("vola", "fso1"): ["mpud/up2"]}


class Step:
    def __init__(self, scenario, recorded):
        self.scenario = scenario
        self.name = recorded["name"]
        request = recorded["request"]
        self.method = request["method"]
        self.target = request["path"]
        self.headers = [("Host", "localhost"), *request["headers"].items()]
        body = request.get("body")
        self.body = body.encode() if body else None
        self.response = recorded["response"]
        self.volatile = VOLATILE | {name.removeprefix("field:") for name in recorded["volatile"]}

    def __str__(self):
        return f"{self.scenario}: {self.name}"

    def raw(self, keys):
        """`keys`: raw keys here, by path. The cursor of the recording becomes that of the same
        row."""
        target = self.target
        if self.cursor_path in keys:
            url, _, cursor = target.rpartition("prevKey=")
            assert "&" not in cursor, self
            target = f"{url}prevKey={urllib.parse.quote(keys[self.cursor_path], safe='')}"
        target = "".join(c if " " < c < "\x7f" else "".join(f"%{b:02X}" for b in c.encode())
                         for c in target)
        return support.request_bytes(self.method, target, self.headers, self.body)

    @property
    def cursor_path(self):
        """Of the row whose raw key the cursor is, or None."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.target).query)
        return paths_by_key().get(query.get("prevKey", [None])[0])

    def json(self):
        """The recorded body, volatile values left open; None: an error, whose text need not be JSON
        even if it says so."""
        if (self.response["status"] >= 400
                or self.response["headers"].get("Content-Type") != "application/json"):
            return None
        return self._open(json.loads(self.response["body"] or "null"))

    def _open(self, value):
        if isinstance(value, list):
            return [self._open(each) for each in value]
        if isinstance(value, dict):
            return {name: ANY if name in self.volatile and each else self._open(each)
                    for name, each in value.items()}
        return value


def load(scenario):
    """All but the front page, which is not the original's (recon/replies.py)."""
    with open(os.path.join(FOLDER, scenario + ".json"), encoding="utf-8") as file:
        steps = [Step(scenario, step) for step in json.load(file)["steps"]]
    return [step for step in steps if step.target != "/"]


@functools.cache
def paths_by_key():
    """What the raw keys of recorded rows name. A file that is open has its directories twice
    (D25)."""
    files = {path.rpartition("/")[2]: path for path in open_paths()}
    found = {}
    for scenario in ("keys-list", "keys-open"):
        with open(os.path.join(FOLDER, scenario + ".json"), encoding="utf-8") as file:
            answers = [step["response"] for step in json.load(file)["steps"]]
        for body in (json.loads(answer["body"]) for answer in answers
                     if answer["status"] == 200 and answer["body"]):
            for name in ("keys", "nonFSO", "fso"):
                found |= {row["key"]: row["path"] if name != "fso" else
                          files[row["path"].rpartition("/")[2]] for row in body.get(name, [])}
    return found


def open_paths():
    """path -> size, or None of an upload; in order."""
    found = {}
    for tree in (False, True):
        for place, bucket in sorted(BUCKETS.items()):
            if bucket.tree == tree:
                rows = OPEN_KEYS.get(place, {}) | dict.fromkeys(UPLOADS.get(place, []))
                found |= {"/".join((*place, name)): rows[name] for name in sorted(rows)}
    return found


def quoted(name):
    return "".join(c if c.isascii() and (c.isalnum() or c in "/._-") else
                   "".join(f"%{b:02X}" for b in c.encode()) for c in name)


def fill(address):
    """Makes the namespace through the object API; returns the connections of those who write."""
    connection = support.Connection(address)

    def make(method, target, headers=(), body=None, status=201):
        connection.send(support.request_bytes(method, target, [*STANDARD, *headers], body))
        reply = connection.reply(method)
        assert reply.status == status, f"{method} {target}: {reply}"

    for volume, (owner, quota) in VOLUMES.items():
        make("POST", f"/{volume}" + (f"?quota={quota}BYTES" if quota else ""),
             [("x-ozone-user", owner)])
    for (volume, name), bucket in BUCKETS.items():
        layout = "FILE_SYSTEM_OPTIMIZED" if bucket.tree else "OBJECT_STORE"
        make("POST", f"/{volume}/{name}", [("x-ozone-bucket-layout", layout), *bucket.headers])
        for directory in bucket.made:
            make("PUT", f"/{volume}/{name}/{quoted(directory)}/", body=b"")
        for key, size in bucket.keys.items():
            make("PUT", f"/{volume}/{name}/{quoted(key)}", body=bytes(size))
    for (volume, name), keys in UPLOADS.items():
        for key in keys:
            make("POST", f"/{volume}/{name}/{key}?uploads", status=200)
    connection.close()
    return [begin(address, path, size) for path, size in open_paths().items() if size is not None]


def begin(address, path, size):
    """A PUT whose body does not come."""
    writer = support.Connection(address)
    length = ("Content-Length", size) if size else ("Transfer-Encoding", "chunked")
    writer.send(support.request_bytes("PUT", "/" + path, [*STANDARD, length]))
    return writer
