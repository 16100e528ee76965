#!/usr/bin/env python3
"""A tree of files goes into a bucket, the server is killed in the middle and comes back, the load
goes on, and the tree that comes out is the one that went in.

usage: lost_process.py FOLDER [TREE] [unittest options]      without TREE: one of odd names
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

import outsider
import trees
from dobsond import TIMEOUT_S, Server

FILES = 3000
JOBS = 4


class Trees(outsider.Outsider):
    """Every test has a server and a directory of its own."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="lost-process-")
        cls.addClassCleanup(folder.cleanup)
        cls.scratch = folder.name

    def setUp(self):
        self.directory = tempfile.mkdtemp(dir=self.scratch)
        self.start()

    def start(self):
        self.server = Server(
            os.path.join(self.programs, "dobsond"), directory=self.directory,
            settings=[f"listen.ozone=127.0.0.1:0,unix:{self.directory}/socket"])
        self.addCleanup(self.server.kill)  # does nothing after stop()

    def ctl(self, *words):
        """dobsonctl at work, by the Unix socket: its name outlives the server."""
        command = [os.path.join(self.programs, "dobsonctl"), *words]
        if words[0] != "verify":
            command += ["--unix", f"{self.directory}/socket"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def load(self, tree, *options):
        return self.ctl("load", tree, "/demo/share", "--json", f"--jobs={JOBS}", *options)

    def summary(self, process, code):
        output, errors = process.communicate(timeout=10 * TIMEOUT_S)
        self.assertEqual(process.returncode, code, (output[-2000:], errors[-2000:]))
        return json.loads(output) if output.startswith(b"{") else output.decode()

    def kill_at(self, keys, process):
        """Kills the server as soon as it has that many keys, with the load still running."""
        while self.metrics()["dobson_blocks_objects_total"][{}] < keys:
            self.assertIsNone(process.poll(), "the load ended before the kill")
        self.server.kill()

    def difference(self, tree, saved):
        run = self.run_program("diff", "-r", tree, saved)
        self.assertLessEqual(run.returncode, 1, run.stderr)
        return run.stdout.decode("utf-8", "backslashreplace").splitlines()

    def saved(self, keys):
        saved = os.path.join(self.directory, "saved")
        result = self.summary(self.ctl("save", "/demo/share", saved, "--json"), 0)
        self.assertEqual((result["moved"], result["failed"]), (keys, []))
        return saved

    def check_stopped(self):
        self.server.stop()
        self.summary(self.ctl("verify", self.server.data), 0)


class LostProcess(Trees):
    tree = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.tree is None:
            cls.tree = os.path.join(cls.scratch, "tree")
            trees.make(cls.tree, FILES)

    def check(self, keys):
        self.assertEqual(self.difference(self.tree, self.saved(keys)), [])
        self.check_stopped()

    def test_killed_in_the_middle(self):
        self.summary(self.ctl("mkvol", "demo"), 0)
        self.summary(self.ctl("mkbucket", "/demo/share"), 0)
        keys = sum(len(files) for _, _, files in os.walk(self.tree, followlinks=True))
        began = time.monotonic()
        process = self.load(self.tree, "--retry-for=0")
        self.kill_at(keys // 3, process)
        first = self.summary(process, 3)
        self.assertGreaterEqual(first["moved"], keys // 3 - JOBS)
        self.assertGreater(first["not_done"], JOBS)
        self.assertEqual((first["were_there"], first["failed"], first["skipped"]), (0, [], []))
        self.assertIn("no answer from", first["stopped_by"])
        all_keys = first["moved"] + first["not_done"]
        self.summary(self.ctl("info", "/demo/share"), 3)

        self.start()
        second = self.summary(self.load(self.tree), 0)
        # Nothing that was answered is gone; what was on its way may have arrived.
        self.assertGreaterEqual(second["were_there"], first["moved"])
        self.assertLessEqual(second["were_there"], first["moved"] + JOBS)
        self.assertEqual(second["moved"] + second["were_there"], all_keys)
        third = self.summary(self.load(self.tree), 0)
        self.assertEqual((third["moved"], third["were_there"]), (0, all_keys))
        self.check(all_keys)
        print(f"{all_keys} keys, killed after {first['moved']}, {second['moved']} sent then, "
              f"{time.monotonic() - began:.1f} s with all")

    def test_a_load_outlives_the_server(self):
        process = self.load(self.tree, f"--retry-for={TIMEOUT_S}")
        for keys in (200, 100):
            self.kill_at(keys, process)
            self.start()
        result = self.summary(process, 0)
        self.assertEqual((result["not_done"], result["were_there"], result["failed"]), (0, 0, []))
        self.check(result["moved"])


class WhatIsNoKey(Trees):
    def test_is_told(self):
        tree = os.path.join(self.directory, "tree")
        trees.make(tree, 0)
        skipped, failed = trees.add_what_is_no_key(tree)
        result = self.summary(self.load(tree), 1)
        self.assertEqual({problem["name"] for problem in result["skipped"]}, skipped)
        self.assertEqual({problem["name"] for problem in result["failed"]}, failed)
        difference = self.difference(tree, self.saved(result["moved"]))
        self.assertEqual(len(difference), len(skipped | failed), difference)
        for name in skipped | failed:
            self.assertTrue(any(os.path.basename(name) in line for line in difference), name)
        self.check_stopped()


if __name__ == "__main__":
    if len(sys.argv) > 2 and os.path.isdir(sys.argv[2]):
        LostProcess.tree = sys.argv.pop(2)
    outsider.main()
