"""What the clients of a soak do, and what they know of it: a client has keys of its own, so it can
say of every answer what it must be. A new operation is a function and a line of MIX."""

import collections
import hashlib
import json
import random

from soak_client import Connection

KIB, MIB = 1 << 10, 1 << 20
NAMES = 60  # that a client's keys may have; about half of them are there
POOL = memoryview(random.Random(0).randbytes(8 * MIB))  # contents are pieces of it


class Wrong(Exception):
    """An answer that is not the right one."""


class Content(collections.namedtuple("Content", "at size md5 etag")):
    @classmethod
    def drawn(cls, draw, most):
        size = draw.randint(0, most)
        at = draw.randint(0, len(POOL) - size)
        md5 = hashlib.md5(POOL[at:at + size]).hexdigest()
        return cls(at, size, md5, f'"{md5}"')

    @property
    def bytes(self):
        return POOL[self.at:self.at + self.size]

    def uploaded_as_part(self):
        joined = hashlib.md5(bytes.fromhex(self.md5)).hexdigest()
        return self._replace(md5=None, etag=f'"{joined}-1"')


class Client:
    """`bucket` is shared with others, names that begin with `prefix` are not."""

    def __init__(self, address, bucket, prefix, draw):
        self.connection = Connection(address)
        self.bucket = bucket
        self.prefix = prefix
        self.draw = draw
        self.keys = {}  # what must be there: Content by name

    async def work(self):
        """One operation of the mix; its name."""
        _, does, options = self.draw.choices(MIX, WEIGHTS)[0]
        await does(self, **options)
        return does.__name__

    @property
    def own_bucket(self):
        return f"{self.bucket}-{self.prefix[:-1]}"

    @property
    def own_tree(self):
        return f"{self.own_bucket}-tree"

    @property
    def own_volume(self):
        return "/v" + self.own_bucket.replace("/", "-")

    def name(self):
        return f"{self.prefix}{self.draw.randrange(NAMES):02}"

    def target(self, name):
        return f"{self.bucket}/{name}"

    async def ask(self, status, method, target, *body, **options):
        reply = await self.connection.ask(method, target, *body, **options)
        if reply.status != status:
            raise Wrong(f"{method} {target}: {reply.status} {reply.body[:300]}, not {status}")
        return reply

    def check(self, holds, what):
        if not holds:
            raise Wrong(f"{self.bucket}/{self.prefix}: {what}")


# --- Keys ---

async def put(client, most, chunked=False):
    name, content = client.name(), Content.drawn(client.draw, most)
    reply = await client.ask(201, "PUT", client.target(name), content.bytes, chunked=chunked)
    client.keys[name] = content
    client.check(reply.headers["etag"] == content.etag, f"the ETag of a new {name}")


async def create(client):
    name, content = client.name(), Content.drawn(client.draw, KIB)
    await client.ask(412 if name in client.keys else 201, "PUT", client.target(name), content.bytes,
                     headers=[("If-None-Match", "*")])
    client.keys.setdefault(name, content)


async def replace(client):
    name, content = client.name(), Content.drawn(client.draw, KIB)
    known = client.keys.get(name, content)
    await client.ask(201 if name in client.keys else 412, "PUT", client.target(name), content.bytes,
                     headers=[("If-Match", known.etag)])
    if name in client.keys:
        client.keys[name] = content


async def get(client):
    name = client.name()
    content = client.keys.get(name)
    reply = await client.ask(200 if content else 404, "GET", client.target(name))
    client.check(not content or reply.body == content.bytes, f"the bytes of {name}")


async def get_range(client):
    name = client.name()
    content = client.keys.get(name)
    if content and content.size:
        begin = client.draw.randrange(content.size)
        end = client.draw.randrange(begin, content.size)
        reply = await client.ask(206, "GET", client.target(name),
                                 headers=[("Range", f"bytes={begin}-{end}")])
        client.check(reply.body == content.bytes[begin:end + 1], f"bytes {begin}-{end} of {name}")


async def get_if_changed(client):
    name = client.name()
    if content := client.keys.get(name):
        await client.ask(304, "GET", client.target(name), headers=[("If-None-Match", content.etag)])


async def head(client):
    name = client.name()
    content = client.keys.get(name)
    reply = await client.ask(200 if content else 404, "HEAD", client.target(name))
    client.check(not content or int(reply.headers["content-length"]) == content.size,
                 f"the size of {name}")


async def info(client):
    name = client.name()
    content = client.keys.get(name)
    reply = await client.ask(200 if content else 404, "GET", client.target(name) + "?info=key")
    if content:
        check_row(client, json.loads(reply.body))


async def rename(client):
    name, to = client.name(), client.name()
    there, taken = name in client.keys, to in client.keys
    status = 404 if not there else 409 if taken and to != name else 200
    await client.ask(status, "POST", f"{client.target(name)}?toKey={to}")
    if status == 200:
        client.keys[to] = client.keys.pop(name)


async def delete(client):
    name = client.name()
    await client.ask(200 if name in client.keys else 404, "DELETE", client.target(name))
    client.keys.pop(name, None)


async def delete_batch(client):
    names = sorted({client.name() for _ in range(client.draw.randint(1, 5))})
    reply = await client.ask(200, "POST", f"{client.bucket}?delete",
                             json.dumps({"keys": names, "quiet": False}).encode())
    client.check(json.loads(reply.body) == {"deleted": names, "errors": []}, f"deleted {names}")
    for name in names:
        client.keys.pop(name, None)


async def copy(client):
    name, to = client.name(), client.name()
    content = client.keys.get(name)
    reply = await client.ask(201 if content else 404, "PUT", client.target(to),
                             headers=[("x-ozone-copy-source", client.target(name))])
    if content:
        client.check(reply.headers["etag"] == content.etag, f"the ETag of {to}, a copy of {name}")
        client.keys[to] = content


async def multipart(client):
    name, content = client.name(), Content.drawn(client.draw, 300 * KIB)
    target = client.target(name)
    begun = json.loads((await client.ask(200, "POST", f"{target}?uploads")).body)
    upload = f"uploadId={begun['uploadID']}"
    part = await client.ask(201, "PUT", f"{target}?partNumber=1&{upload}", content.bytes)
    if client.draw.random() < 0.3:
        await client.ask(200, "DELETE", f"{target}?{upload}")
        return
    parts = {"parts": [{"partNumber": 1, "etag": part.headers["etag"]}]}
    await client.ask(200, "POST", f"{target}?{upload}", json.dumps(parts).encode())
    client.keys[name] = content.uploaded_as_part()


# --- Listings ---

def check_row(client, row):
    content = client.keys.get(row["keyName"])
    client.check(content and (row["size"], row["md5hash"]) == (content.size, content.md5),
                 f"a row that should not be: {row}")


def check_rows(client, rows):
    client.check([row["keyName"] for row in rows] == sorted(client.keys), "the names of a listing")
    for row in rows:
        check_row(client, row)


async def list_keys(client):
    rows, more, after = [], True, ""
    while more:
        target = (f"{client.bucket}?prefix={client.prefix}&prev-key={after}"
                  f"&max-keys={client.draw.randint(5, 50)}")
        page = json.loads((await client.ask(200, "GET", target)).body)
        rows += page["keyList"]
        more = page["truncated"]
        after = rows[-1]["keyName"] if rows else ""
    check_rows(client, rows)


async def stream_keys(client):
    reply = await client.ask(200, "GET", f"{client.bucket}?stream&prefix={client.prefix}")
    *rows, end = map(json.loads, reply.body.splitlines())
    client.check(end == {"end": True, "count": len(rows)}, "the end of a stream")
    check_rows(client, rows)


async def list_rolled_up(client):
    """With a digit for a delimiter, so that some keys are rolled up and some are not."""
    digit, begin = client.draw.choice("0123456789"), len(client.prefix)
    rolled = {name[:name.index(digit, begin) + 1] for name in client.keys if digit in name[begin:]}
    target = f"{client.bucket}?prefix={client.prefix}&delimiter={digit}"
    page = json.loads((await client.ask(200, "GET", target)).body)
    client.check(page["commonPrefixes"] == sorted(rolled), f"what {digit} rolls up")
    client.check([row["keyName"] for row in page["keyList"]] ==
                 sorted(name for name in client.keys if digit not in name[begin:]),
                 f"what {digit} does not roll up")


# --- Volumes and buckets, made for the occasion ---

async def volume(client):
    target = client.own_volume
    most_of_it = POOL[:600 * KIB]
    await client.ask(201, "POST", target + "?quota=1MB")
    await client.ask(201, "POST", f"{target}/bucket")
    await client.ask(201, "PUT", f"{target}/bucket/one", most_of_it)
    await client.ask(403, "PUT", f"{target}/bucket/two", most_of_it)
    await client.ask(409, "DELETE", target)
    await client.ask(200, "PUT", target + "?quota=remove")
    await client.ask(201, "PUT", f"{target}/bucket/two", most_of_it)
    await client.ask(200, "DELETE", f"{target}/bucket/one")
    await client.ask(200, "DELETE", f"{target}/bucket/two")
    row, = json.loads((await client.ask(200, "GET", target)).body)["buckets"]
    client.check((row["keyCount"], row["bytesUsed"]) == (0, 0), f"totals: {row}")
    await client.ask(200, "DELETE", f"{target}/bucket")
    await client.ask(200, "DELETE", target)


async def bucket(client):
    target = client.own_bucket
    await client.ask(201, "POST", target)
    await client.ask(200, "PUT", target, headers=[("x-ozone-bucket-versioning", "ENABLED")])
    await client.ask(201, "PUT", f"{target}/key", b"key")
    await client.ask(409, "DELETE", target)
    await client.ask(200, "DELETE", f"{target}/key")
    await client.ask(200, "DELETE", target)


async def tree(client):
    """Directories that are moved and removed as a whole."""
    target = client.own_tree
    content = Content.drawn(client.draw, 100 * KIB)
    layout = [("x-ozone-bucket-layout", "FILE_SYSTEM_OPTIMIZED")]
    await client.ask(201, "POST", target, headers=layout)
    for name in ("a/b/c/one", "a/b/two"):
        await client.ask(201, "PUT", f"{target}/{name}", content.bytes)
    await client.ask(409, "DELETE", f"{target}/a/")
    await client.ask(200, "POST", f"{target}/a/?toKey=moved/")
    reply = await client.ask(200, "GET", f"{target}/moved/b/c/one")
    client.check(reply.body == content.bytes, "the bytes of a key in a directory that was moved")
    await client.ask(200, "DELETE", f"{target}/moved/?recursive=true")
    await client.ask(404, "GET", f"{target}/moved/b/two")
    await client.ask(200, "DELETE", target)


# --- Clients that leave ---

async def reconnect(client):
    client.connection.drop()


async def cut_upload(client):
    """What was there stays."""
    content = Content.drawn(client.draw, MIB)
    await client.connection.begin("PUT", client.target(client.name()), length=content.size + 1)
    client.connection.writer.write(content.bytes[:client.draw.randint(0, content.size)])
    client.connection.drop()


async def cut_download(client):
    await client.connection.begin("GET", client.target(client.name()))
    await client.connection.reply_head()
    client.connection.drop()


async def cut_stream(client):
    await client.connection.begin("GET", f"{client.bucket}?stream")
    await client.connection.reply_head()
    client.connection.drop()


# How often, what, with what.
MIX = (
    (12, put, {"most": 4 * KIB}),
    (4, put, {"most": 300 * KIB}),
    (2, put, {"most": 300 * KIB, "chunked": True}),
    (1, put, {"most": 4 * MIB}),
    (3, create, {}),
    (4, copy, {}),
    (3, delete_batch, {}),
    (3, replace, {}),
    (25, get, {}),
    (8, get_range, {}),
    (4, get_if_changed, {}),
    (4, head, {}),
    (6, info, {}),
    (4, rename, {}),
    (14, delete, {}),
    (3, multipart, {}),
    (3, list_keys, {}),
    (2, stream_keys, {}),
    (2, list_rolled_up, {}),
    (1, volume, {}),
    (1, bucket, {}),
    (1, tree, {}),
    (2, reconnect, {}),
    (2, cut_upload, {}),
    (2, cut_download, {}),
    (1, cut_stream, {}),
)
WEIGHTS = [weight for weight, _, _ in MIX]
