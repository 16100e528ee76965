#!/usr/bin/python3
"""A crowd stands in the server's way, with its limits as they are. Others are answered, memory
stays within what the server has said at start, every wait ends as core/base/limits.h says, and
SIGTERM ends the server although all that hangs on it.

usage: stand_still.py FOLDER SCALE [unittest options]      SCALE 1: all of it, which takes minutes;
       else the numbers are divided by it, and nobody waits until a limit is reached
"""

import collections
import json
import os
import resource
import signal
import socket
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "outsiders"))
import outsider
from crowd import Crowd, Kind, kinds, request
from dobsond import TIMEOUT_S
from watched import MIB, Watched, budget

SCALE = int(sys.argv.pop(2))
LARGE = "/crowd/bucket/large"
LARGE_BYTES = (1 << 30) // SCALE
TABLE = "/bench/keys"  # of dobson-bench
ROWS = 1_000_000 // SCALE
ROUNDS = 50  # of ordinary requests
LAST_WAIT_S = 75 + TIMEOUT_S  # limits::idle_timeout_s is the longest
DRAIN_S = 5  # and what waits for a limit would not end within TIMEOUT_S
CONNECTIONS = 15_000  # limits::connections
UNSENT_BYTES = 256 << 10  # limits::unsent_bytes; the kernel adds what fits the clients' windows


class Ordinary:
    """What other clients ask meanwhile, on a connection that stays."""

    BODY = os.urandom(4096)

    def __init__(self, test):
        self.test = test
        self.connection = test.connection()
        self.rounds = 0
        self.seconds = collections.defaultdict(list)

    def ask(self, name, method, target, body=None, status=200):
        begin = time.monotonic()
        self.connection.request(method, target, body, outsider.HEADERS)
        response = self.connection.getresponse()
        answer = response.read()
        self.seconds[name].append(time.monotonic() - begin)
        self.test.assertEqual(response.status, status, (method, target, answer))
        return answer

    def round(self):
        name = f"round-{self.rounds:08}"
        target = f"/crowd/bucket/{name}"
        self.rounds += 1
        self.ask("PUT", "PUT", target, self.BODY, 201)
        self.test.assertEqual(self.ask("GET", "GET", target), self.BODY)
        page = json.loads(self.ask("list", "GET", f"/crowd/bucket?prefix={name}"))
        self.test.assertEqual([row["keyName"] for row in page["keyList"]], [name])
        self.ask("ready", "GET", "/-/ready")

    def take_seconds(self):
        taken, self.seconds = self.seconds, collections.defaultdict(list)
        return taken


class Load(outsider.Outsider):
    @classmethod
    def setUpClass(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < CONNECTIONS + 100:
            raise RuntimeError(f"ulimit -Hn: {hard} files may be open, too few for this test")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        super().setUpClass()
        cls.watched = Watched(cls.server)

    def crowd(self):
        crowd = Crowd(self.server.address)
        self.addCleanup(crowd.leave)
        return crowd

    def wait_until(self, holds):
        deadline = time.monotonic() + TIMEOUT_S
        while not holds():
            self.assertLess(time.monotonic(), deadline)


class StandStill(Load):
    settings = [f"server.drain={DRAIN_S} s"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts, cls.budget = budget(cls.server)
        fill = cls()
        for path in ("/crowd/bucket", TABLE):
            fill.make_bucket(path)
        fill.call("PUT", "/crowd/bucket/small", b"small", 201)
        begin = time.monotonic()
        piece = os.urandom(MIB)
        fill.call("PUT", LARGE, (piece for _ in range(LARGE_BYTES // MIB)), 201)
        middle = time.monotonic()
        loaded = fill.run_program(os.path.join(cls.programs, "dobson-bench"), "load", "load",
                                  "--to", "{}:{}".format(*cls.server.address),
                                  "--connections", "256", "--requests", str(ROWS))
        fill.assertEqual(loaded.returncode, 0, loaded.stdout + loaded.stderr)
        print(f"{LARGE_BYTES // MIB} MiB put in {middle - begin:.1f} s, "
              f"{ROWS:,} keys in {time.monotonic() - middle:.1f} s")

    def test_a_crowd(self):
        self.ordinary = Ordinary(self)
        self.serve()
        alone = self.ordinary.take_seconds()
        descriptors = self.watched.descriptors()
        self.slots = self.watched.reader_slots()
        self.check_memory("alone")

        crowd = self.gather()
        self.serve()
        self.compare("while the last ones come", alone)
        self.check_memory("with all of them")
        self.check_unsent(sum(not kind.reads for kind, _, _ in crowd.standing.values()))
        if SCALE == 1:
            self.wait_for_every_end(crowd)
            self.compare("while they wait", alone)
            self.wait_until(lambda: self.watched.descriptors() == descriptors)
            self.check_memory("after them")
            self.gather()
        begin = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(TIMEOUT_S), 0, self.server.log_tail())
        print(f"SIGTERM ended all in {time.monotonic() - begin:.1f} s, server.drain is {DRAIN_S}")
        verified = self.run_program(os.path.join(self.programs, "dobsonctl"), "verify",
                                    self.server.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def serve(self):
        for _ in range(ROUNDS):
            self.ordinary.round()

    def gather(self):
        crowd = self.crowd()
        for kind in kinds(SCALE, LARGE, TABLE):
            before = self.watched.memory()
            crowd.join(kind)
            self.wait_until(lambda: self.stand(kind, len(crowd)))
            each = (self.watched.memory() - before) / kind.count
            self.check_memory(f"{kind.count:,} {kind.name} more, {each / 1024:.1f} KiB each")
        return crowd

    def stand(self, kind, clients):
        """All have come, and those of a kind with a request in work wait for it."""
        metrics = self.metrics()
        return (metrics["dobson_http_connections"][{}] > clients and
                (kind.route is None or
                 metrics["dobson_http_waiting"][{"route": kind.route}] == kind.count))

    def check_memory(self, when):
        memory = self.watched.memory()
        slots = self.watched.reader_slots()
        print(f"{when}: {memory / MIB:.0f} of {self.budget // MIB:,} MiB, "
              f"{self.watched.descriptors():,} descriptors, {slots} reader slots")
        self.assertLessEqual(memory, self.budget)
        self.assertEqual(slots, self.slots)
        moving = self.metrics()["dobson_http_memory_bytes"]
        self.assertLessEqual(moving[{"of": "request bodies"}], self.parts["request bodies"])
        self.assertLessEqual(moving[{"of": "unread answers"}], self.parts["answers"])

    def check_unsent(self, readers):
        unsent = self.watched.unsent()
        print(f"the kernel keeps {unsent / MIB:.1f} MiB for {readers} who do not read")
        self.assertLessEqual(unsent, readers * 2 * UNSENT_BYTES)

    def compare(self, when, alone):
        for name, seconds in self.ordinary.take_seconds().items():
            before, after = (1000 * statistics.median(all_) for all_ in (alone[name], seconds))
            print(f"{name} {when}: {after:.2f} ms, {after / before:.2f} times as long as alone; "
                  f"the slowest {1000 * max(seconds):.0f} ms, alone {1000 * max(alone[name]):.0f}")

    def wait_for_every_end(self, crowd):
        deadline = time.monotonic() + LAST_WAIT_S
        while crowd:
            self.assertLess(time.monotonic(), deadline, f"{len(crowd)} still stand")
            crowd.take_ended(0.1)
            self.ordinary.round()
        for kind in kinds(SCALE, LARGE, TABLE):
            ends, after = zip(*crowd.ended[kind.name])
            print(f"{kind.name}: {kind.ended_by} after {min(after):.1f} to {max(after):.1f} s")
            self.assertEqual(collections.Counter(ends), {kind.ended_by: kind.count}, kind.name)


class OneTooMany(Load):
    def test_connections(self):
        ordinary = Ordinary(self)
        ordinary.ask("metrics", "GET", "/-/metrics")
        crowd = self.crowd()
        crowd.join(Kind("idle", CONNECTIONS - 1, b"", True, "closed"))
        self.wait_until(lambda: self.connections(ordinary) == CONNECTIONS)
        for _ in range(3):
            with socket.create_connection(self.server.address, TIMEOUT_S) as refused:
                self.assertEqual(refused.recv(1), b"")
        self.assertEqual(self.connections(ordinary), CONNECTIONS)
        crowd.take_ended(0)
        self.assertEqual(crowd.ended, {})
        *_, (_, last, _) = crowd.standing.values()
        last.sendall(request("GET /-/ready"))
        self.assertTrue(last.recv(4096).startswith(b"HTTP/1.1 200"))
        crowd.leave()
        self.wait_until(lambda: self.connections(ordinary) == 1)
        self.assertEqual(json.loads(self.call("GET", "/-/healthy")), {"status": "alive"})

    def connections(self, ordinary):
        page = ordinary.ask("metrics", "GET", "/-/metrics").decode()
        return outsider.metrics_text.parse(page)["dobson_http_connections"][{}]


if __name__ == "__main__":
    outsider.main()
