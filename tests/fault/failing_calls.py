#!/usr/bin/python3
"""The k-th call of a server on a file of its data directory fails, for k = 1, 2, … until a run
passes untouched. Nothing that was acknowledged may be lost, nothing that was refused may be there.

usage: failing_calls.py FOLDER INJECTOR STRIDE [PLAN…]

STRIDE 1: each k, and the space of what was deleted is waited for; else from a drawn k on.
"""

import concurrent.futures
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import faults
from dobsond import DidNotStart, Server

# Plans of injector.cpp; whether objects may be unreadable under them.
PLANS = {"io-once": True, "io-on": False, "reads-on": True,
         "space-once": False, "space-on": False, "short": False}
SETTINGS = ("reactors=1", "blocks.threads=2", "blocks.delete_delay=0 s", "store.free_watermark=0")
STOPPED = re.compile(r" error \w+: writing has stopped")
UNKNOWN = re.compile(r"the outcome of (\d+) commands? is unknown")
CRASH = re.compile(r"Sanitizer|runtime error:|assertion|terminate called|Segmentation")
# A disk that is full for a moment is tried again; one that is broken must be told.
BROKEN = re.compile(r"injector: call \d+, (p?writev?|fdatasync|fsync) .*: Input/output error")
TOLD = re.compile(r" (error|warn) \w+: ")
WORKERS = 2 * os.cpu_count()
PURGE_S = 4

VOLUME = "/vol1"
BUCKET = "/vol1/bucket1"


class Wrong(Exception):
    pass


def content(name, size):
    return random.Random(name).randbytes(size)


def in_chunks(body):
    return iter([body[at:at + 300_000] for at in range(0, len(body), 300_000)])


class World:
    """What may be there: path → body, of each way that unknown outcomes may have gone."""

    def __init__(self, paths):
        self.ways = [dict(paths)]

    def change(self, changed, outcome):
        after = [changed(dict(way)) for way in self.ways]
        if outcome == "done":
            self.ways = after
        elif outcome == "unknown":
            self.ways += after

    def bodies(self, path):
        return [way.get(path) for way in self.ways]


class Run:
    """A server under the injector, a client that notes what it is told, and what is there."""

    def __init__(self, programs, injector, plan, at, folder, world, purges):
        self.programs = programs
        self.injector = injector
        self.plan = plan
        self.at = at
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.world = world
        self.purges = purges
        self.unknown = 0
        self.all_well = True
        self.server = None
        self.client = None

    def go(self):
        try:
            self.server = Server(
                os.path.join(self.programs, "dobsond"), SETTINGS, self.folder,
                environment={"LD_PRELOAD": self.injector, "DOBSON_FAULT": self.plan,
                             "DOBSON_FAULT_AT": str(self.at), "DOBSON_FAULT_DIR": self.data})
        except DidNotStart as refusal:
            self.check_refused_start(refusal)
        else:
            self.serve()
        log = self.check_log()
        self.check_what_is_there()
        touched = re.search(r"injector: call (.*)", log)
        if not touched and not self.all_well:
            raise Wrong("a request failed without a fault")
        if BROKEN.search(log) and self.all_well and not TOLD.search(log):
            raise Wrong("nobody was told")
        return touched, int(re.search(r"injector: (\d+) calls", log)[1])

    def serve(self):
        self.client = faults.Client(self.server)
        try:
            self.work()
            self.check_writing()
            self.read()
            if self.purges and self.all_well:
                self.wait_for_purge()
        finally:
            if self.server.process.poll() is None:
                self.server.process.terminate()
            code = self.server.process.wait(faults.TIMEOUT_S)
        if code != 0:
            raise Wrong(f"exit code after SIGTERM: {code}")

    def work(self):
        many = content("many", 3_500_000)
        for path in (VOLUME, BUCKET):
            if self.world.bodies(path) != [b""]:
                self.change("POST", path, {path: b""})
        self.put("empty", b"")
        self.put("small", content("small", 100))
        self.put("parts", content("parts", 200_000))
        self.put("many", many, in_chunks(many))
        self.put("small", content("replaced", 5000))
        self.change("POST", f"{BUCKET}/parts?toKey=moved", {f"{BUCKET}/parts": None},
                    {f"{BUCKET}/moved": f"{BUCKET}/parts"})
        self.change("DELETE", f"{BUCKET}/small", {f"{BUCKET}/small": None})
        self.put("last", content("last", 70_000))

    def put(self, key, body, sent=None):
        self.change("PUT", f"{BUCKET}/{key}", {f"{BUCKET}/{key}": body}, sent=sent or body)

    def change(self, method, path, after, moved=(), sent=None):
        """`after`: path → body, None: gone. `moved`: path → the path whose body it gets."""
        reply = self.client.call(method, path, sent)

        def changed(way):
            new = {to: way.get(source) for to, source in dict(moved).items()} | after
            return {path: body for path, body in (way | new).items() if body is not None}

        outcome = self.outcome(reply, f"{method} {path}")
        self.world.change(changed, outcome)
        return outcome == "done"

    def outcome(self, reply, request):
        if reply.done:
            return "done"
        self.all_well = False
        if 400 <= reply.status < 500:  # a consequence: what it needs was refused before
            if reply.error_form():
                raise Wrong(f"{request}: {reply.error_form()}")
            return "refused"
        if reply.status not in (500, 503) or reply.error_form():
            raise Wrong(f"{request}: {reply}: {reply.error_form()}")
        unknown = sum(int(count) for count in UNKNOWN.findall(self.log()))
        told, self.unknown = self.unknown, unknown
        return "unknown" if unknown > told else "refused"

    def read(self):
        """All that is there is served, whatever became of writing."""
        for path in sorted(set().union(*self.world.ways)):
            if path.count("/") < 3:
                continue
            reply = self.client.call("GET", path)
            if reply.done and reply.body in self.world.bodies(path):
                continue
            if reply.status == 404 and None in self.world.bodies(path):
                continue
            unreadable = reply.status == 0 or reply.status == 500 and not reply.error_form()
            if not unreadable or not PLANS[self.plan] or not self.touched():
                raise Wrong(f"GET {path}: {reply}")
            self.all_well = False
        if self.client.call("GET", f"{BUCKET}?max-keys=100").status not in (200, 404):
            raise Wrong("no list of keys")

    def check_writing(self):
        """It goes on, unless the log says that it has stopped; then /-/ready says so too."""
        again = any(self.change("POST", path, {path: b""}) for path in ("/vol2", "/vol3"))
        deadline = time.monotonic() + faults.TIMEOUT_S
        # A job of the server may be stopping it just now.
        while self.client.ready()["writable"] == self.has_stopped():
            if time.monotonic() > deadline:
                raise Wrong(f"ready: {self.client.ready()}")
        if not (again or self.has_stopped()) and not self.plan.endswith("-on"):
            raise Wrong("writing does not go on")

    def wait_for_purge(self):
        freed = "dobson_blocks_freed_bytes_total"
        deadline = time.monotonic() + PURGE_S
        while (time.monotonic() < deadline and self.client.ready()["writable"] and
               self.client.metrics()[freed][{"of": "deleted"}] == 0):
            time.sleep(0.1)

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def has_stopped(self):
        return STOPPED.search(self.log()) is not None

    def touched(self):
        return "injector: call" in self.log()

    def check_refused_start(self, refusal):
        self.all_well = False
        said = re.search(r"( error store: | error listen: |^dobsond: ).*"
                         r"(Input/output error|No space left on device|the disk is full)",
                         refusal.log, re.MULTILINE)
        if refusal.code != 1 or not said:
            raise Wrong(str(refusal))

    def check_log(self):
        log = self.log()
        if CRASH.search(log):
            raise Wrong("a crash")
        shutil.copy(os.path.join(self.folder, "log"), os.path.join(self.folder, "log.fault"))
        return log

    def check_what_is_there(self):
        server = Server(os.path.join(self.programs, "dobsond"), SETTINGS, self.folder)
        try:
            self.compare(faults.Client(server))
        finally:
            server.stop()
        *findings, counted = faults.verify(self.programs, self.data)
        if findings or counted["unaccounted_bytes"]:
            raise Wrong(f"verify: {findings} {counted}")

    def compare(self, client):
        found = {}
        for volume in json.loads(client.call("GET", "/?root-scan=true").body)["volumes"]:
            path = f"/{volume['volumeName']}"
            found[path] = b""
            buckets = json.loads(client.call("GET", path).body)["buckets"]
            for name in [bucket["bucketName"] for bucket in buckets]:
                found[f"{path}/{name}"] = b""
                keys = json.loads(client.call("GET", f"{path}/{name}").body)["keyList"]
                for key in [f"{path}/{name}/{key['keyName']}" for key in keys]:
                    reply = client.call("GET", key)
                    found[key] = reply.body if reply.done else str(reply)
        if found not in self.world.ways:
            ways = [words(way) for way in self.world.ways]
            raise Wrong(f"after the restart: {words(found)}, not {ways}")


def words(way):
    return {path: f"{len(body)} {hashlib.md5(body).hexdigest()[:6]}" if isinstance(body, bytes)
            else body for path, body in way.items()}


class Loop:
    """All k of one plan, on an empty directory or on copies of one that a kill has left."""

    def __init__(self, programs, injector, scratch, prepared, world):
        self.programs = programs
        self.injector = injector
        self.scratch = scratch
        self.prepared = prepared
        self.world = world

    def run(self, plan, at, purges):
        folder = tempfile.mkdtemp(dir=self.scratch)
        if self.prepared:
            subprocess.run(["cp", "-a", "--sparse=always", self.prepared, f"{folder}/data"],
                           check=True)
        try:
            result = Run(self.programs, self.injector, plan, at, folder, World(self.world),
                         purges).go()
        except Exception as wrong:
            log = os.path.join(folder, "log.fault")
            if not os.path.exists(log):
                log = os.path.join(folder, "log")
            with open(log, encoding="utf-8", errors="replace") as file:
                said = file.read()[-3000:]
            raise Wrong(f"DOBSON_FAULT={plan} DOBSON_FAULT_AT={at}: {wrong!r}\n{said}") from wrong
        shutil.rmtree(folder)
        return result

    def all(self, pool, plan, first, stride):
        """How many runs were touched, the calls of one that was not, and what was wrong."""
        runs, wrong, at = 0, [], first
        while True:
            batch = [pool.submit(self.run, plan, at + i * stride, stride == 1)
                     for i in range(WORKERS)]
            at += WORKERS * stride
            calls = None
            for future in batch:
                try:
                    touched, count = future.result()
                except Wrong as failure:
                    wrong.append(failure)
                    continue
                runs += bool(touched)
                calls = calls if touched else count
            if calls is not None or len(wrong) > 20:
                return runs, calls, wrong


def prepare(programs, scratch):
    """A directory with live and deleted keys, and half an upload of a server that was killed."""
    folder = os.path.join(scratch, "prepared")
    os.mkdir(folder)
    server = Server(os.path.join(programs, "dobsond"), SETTINGS, folder)
    client = faults.Client(server)
    world = {VOLUME: b"", BUCKET: b""}
    for path in world:
        client.call("POST", path)
    for name, size in (("old", 150_000), ("gone", 90_000), ("small", 10)):
        client.call("PUT", f"{BUCKET}/{name}", content(name, size))
        world[f"{BUCKET}/{name}"] = content(name, size)
    client.call("DELETE", f"{BUCKET}/gone")
    del world[f"{BUCKET}/gone"]

    moved = "dobson_blocks_bytes_total"

    def half():
        yield content("half", 1_000_000)
        while client.metrics()[moved][{"direction": "written"}] < 1_000_000:
            time.sleep(0.01)
        server.kill()

    client.call("PUT", f"{BUCKET}/half", half())
    return server.data, world


def main(programs, injector, stride, plans):
    seed = int(os.environ.get("DOBSON_SEED", random.randrange(2 ** 32)))
    print(f"DOBSON_SEED={seed}", flush=True)
    drawn = random.Random(seed)
    wrong = []
    with tempfile.TemporaryDirectory(prefix="failing-calls-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        prepared, world = prepare(programs, scratch)
        for where, start in (("empty", (None, {})), ("killed", (prepared, world))):
            loop = Loop(programs, injector, scratch, *start)
            for plan in plans:
                runs, calls, failures = loop.all(pool, plan, drawn.randint(1, stride), stride)
                print(f"{where} {plan}: {calls} calls, {runs} of them failed in turn, "
                      f"{len(failures)} runs were wrong", flush=True)
                for failure in failures[:3]:
                    print(failure, flush=True)
                wrong += failures
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3]),
                  sys.argv[4:] or list(PLANS)))
