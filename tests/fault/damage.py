#!/usr/bin/python3
"""A damaged container file, before a start and under a server: a clear error for the keys that it
concerns, a metric, a line in the log; everything else is served.

usage: damage.py FOLDER [unittest options]      FOLDER has dobsond and dobsonctl
"""

import os
import random
import re
import sys
import tempfile
import unittest

import faults
from dobsond import Server

BUCKET = "/vol1/bucket1"
# Large enough that each but the first is cut off when the file is cut in it.
SIZES = {"first": 1000, "parts": 300_000, "many": 1_500_000, "last": 50_000}
PART = 64 * 1024
DAMAGED = re.compile(r" error blocks: damaged: container (\d+), block (\d+): (.*)")


class Damage(unittest.TestCase):
    programs = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="damage-")
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        self.container = os.path.join(self.folder, "data/blocks/0000000000000001.container")
        self.start()
        for path in ("/vol1", BUCKET):
            self.assertEqual(self.client.call("POST", path).status, 201)
        self.bodies = {name: random.Random(name).randbytes(size) for name, size in SIZES.items()}
        for name in self.bodies:
            self.put(name)

    def start(self):
        self.server = Server(os.path.join(self.programs, "dobsond"), directory=self.folder,
                             settings=("store.free_watermark=0",))
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())
        self.client = faults.Client(self.server)

    def put(self, name):
        self.assertEqual(
            self.client.call("PUT", f"{BUCKET}/{name}", self.bodies[name]).status, 201)

    def put_another(self):
        self.bodies["another"] = random.Random("another").randbytes(200_000)
        self.put("another")

    def place_of(self, name, offset=0):
        with open(self.container, "rb") as file:
            return file.read().index(self.bodies[name][offset:offset + 500])

    def flip(self, place):
        with open(self.container, "r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1]))

    def when(self, running, change):
        """Does it to the file under the server, or before it starts again."""
        if not running:
            self.server.stop()
        change()
        if not running:
            self.start()

    def each_time(self, test):
        for running in (True, False):
            with self.subTest(running=running):
                if not running:
                    self.server.stop()
                    self.doCleanups()
                    self.setUp()
                test(running)

    def check(self, damaged, cut=()):
        """Which keys are refused, which are cut off after their first bytes; the others are right.
        """
        before = self.client.metrics()["dobson_blocks_damaged_reads_total"][{}]
        for name, body in self.bodies.items():
            reply = self.client.call("GET", f"{BUCKET}/{name}")
            if name in cut:
                self.assertEqual(reply.status, 0, name)
            elif name in damaged:
                self.assertEqual((reply.status, reply.error_form()), (500, ""), name)
            else:
                self.assertEqual((reply.status, reply.body == body), (200, True), name)
        wrong = len(damaged) + len(cut)
        after = self.client.metrics()["dobson_blocks_damaged_reads_total"][{}]
        self.assertEqual(after - before, wrong)
        lines = DAMAGED.findall(self.server.log_tail())
        self.assertEqual(len({block for _, block, _ in lines}), wrong, self.server.log_tail())
        self.assertEqual({container for container, _, _ in lines}, {"1"} if wrong else set())
        self.assertTrue(all(self.container in what for _, _, what in lines), lines)

    def check_verify(self, damaged):
        self.server.stop()
        *findings, _ = faults.verify(self.programs, self.server.data)
        named = re.findall(rf"bytes of key {BUCKET[1:]}/(\w+):", str(findings))
        self.assertEqual(sorted(named), sorted(damaged), findings)

    def test_a_flipped_byte(self):
        def test(running):
            self.when(running, lambda: self.flip(self.place_of("parts") + 400))
            self.check(damaged={"parts"})
            headers = {"Range": f"bytes={PART}-{2 * PART}"}
            reply = self.client.call("GET", f"{BUCKET}/parts", headers=headers)
            self.assertEqual(reply.body, self.bodies["parts"][PART:2 * PART + 1])
            self.put_another()
            self.check_verify({"parts"})
        self.each_time(test)

    def test_a_flipped_byte_behind_the_first_piece(self):
        def test(running):
            self.when(running, lambda: self.flip(self.place_of("many", 1_400_000)))
            self.check(damaged=set(), cut={"many"})
            self.check_verify({"many"})
        self.each_time(test)

    def test_a_damaged_key_can_be_replaced_and_deleted(self):
        for name in ("first", "parts"):
            self.flip(self.place_of(name))
        self.check(damaged={"first", "parts"})
        self.put("first")
        self.assertEqual(self.client.call("DELETE", f"{BUCKET}/parts").status, 200)
        del self.bodies["parts"]
        for name, body in self.bodies.items():
            self.assertEqual(self.client.call("GET", f"{BUCKET}/{name}").body, body)
        self.check_verify(set())

    def test_a_cut_file(self):
        def test(running):
            self.when(running, lambda: os.truncate(self.container, self.place_of("many") + 100))
            self.check(damaged={"many", "last"})
            self.put_another()
            self.check(damaged={"many", "last"})
            self.check_verify({"many", "last"})
        self.each_time(test)

    def test_a_file_that_is_gone_before_a_start(self):
        self.when(False, lambda: os.remove(self.container))
        self.check(damaged=set(SIZES))
        self.put_another()
        self.check(damaged=set(SIZES))
        self.check_verify(set(SIZES))

    def test_a_file_that_goes_under_a_server(self):
        """Its bytes are served as long as it is open; nothing more is put where none would last."""
        os.remove(self.container)
        self.check(damaged=set())
        reply = self.client.call("PUT", f"{BUCKET}/another", b"another")
        self.assertEqual((reply.status, reply.error_form()), (503, ""), str(reply))
        self.assertIn("removed", self.client.ready()["why"])
        self.check(damaged=set())
        self.server.stop()
        self.start()
        self.put_another()
        self.check(damaged=set(SIZES))
        self.check_verify(set(SIZES))

    def test_a_destroyed_header(self):
        self.when(True, lambda: self.flip(0))
        self.check(damaged=set())  # it was read when the file was opened
        self.server.stop()
        self.start()
        self.put_another()
        self.check(damaged=set(SIZES))
        self.check_verify(set(SIZES))


if __name__ == "__main__":
    Damage.programs = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
