#!/usr/bin/python3
"""A disk that becomes full and has room again, on small file systems of their own.

They are mounted in a mount namespace that ends with the test. Where that is not permitted the test
says so and is skipped (exit code 77).

usage: full_disk.py FOLDER [unittest options]      FOLDER has dobsond and dobsonctl
"""

import concurrent.futures
import errno
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

import faults
from dobsond import Server, TIMEOUT_S

MIB = 1 << 20
DISK = 200 * MIB
WATERMARK = 40 * MIB
INSIDE = "DOBSON_IN_MOUNT_NAMESPACE"
SKIPPED = 77
THREADS = 8
BUCKET = "/vol1/bucket1"


def ext4(folder, place):
    image = os.path.join(folder, "image")
    with open(image, "wb") as file:
        file.truncate(DISK)
    subprocess.run(["/sbin/mkfs.ext4", "-q", "-m", "0", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, place], check=True)


def tmpfs(_, place):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", place], check=True)


class FullDisk:
    """The tests, for each file system."""

    programs = None
    mount = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="full-disk-")
        self.addCleanup(scratch.cleanup)
        self.disk = os.path.join(scratch.name, "disk")
        os.mkdir(self.disk)
        type(self).mount(scratch.name, self.disk)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.logs = os.path.join(scratch.name, "logs")  # not on the disk that is full
        os.mkdir(self.logs)
        os.mkdir(os.path.join(self.disk, "data"))
        os.symlink(os.path.join(self.disk, "data"), os.path.join(self.logs, "data"))
        self.stored = {}  # path → body of all that was acknowledged

    def start(self, watermark):
        self.server = Server(
            os.path.join(self.programs, "dobsond"), directory=self.logs,
            settings=(f"store.free_watermark={watermark}", "blocks.delete_delay=0 s"))
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())
        self.client = faults.Client(self.server)

    def make_bucket(self):
        for path in ("/vol1", BUCKET):
            self.assertEqual(self.client.call("POST", path).status, 201)

    def put(self, path, body):
        """Whether it was taken; a refusal has the family's form."""
        reply = self.client.call("PUT", path, body)
        if reply.done:
            self.stored[path] = body
            return True
        self.assertEqual((reply.status, reply.error_form()), (503, ""), str(reply))
        return False

    def fill(self, name, size):
        """Puts, several at once, until each thread was refused three times."""
        def thread(number):
            refused = 0
            while refused < 3:
                number += THREADS
                path = f"{BUCKET}/{name}{number}"
                refused += not self.put(path, number.to_bytes(4, "big") * (size // 4))

        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            for future in [pool.submit(thread, number) for number in range(THREADS)]:
                future.result()

    def delete(self, count):
        for path in list(self.stored)[:count]:
            reply = self.client.call("DELETE", path)
            self.assertEqual(reply.status, 200, str(reply))
            del self.stored[path]

    def wait_for(self, holds):
        deadline = time.monotonic() + TIMEOUT_S
        while not holds():
            self.assertLess(time.monotonic(), deadline, self.server.log_tail())
            time.sleep(0.05)

    def take_all(self, but=0):
        """Another file takes the disk, but for so many bytes."""
        with open(os.path.join(self.disk, "other"), "ab") as other:
            free = os.statvfs(self.disk).f_bavail * os.statvfs(self.disk).f_frsize
            try:
                os.posix_fallocate(other.fileno(), other.tell(), max(free - but, 1))
                while but == 0:
                    os.write(other.fileno(), b"x" * 4096)
            except OSError as full:
                self.assertEqual(full.errno, errno.ENOSPC)

    def check_all_is_there(self):
        for path, body in self.stored.items():
            self.assertEqual(self.client.call("GET", path).body, body, path)
        self.assertNotIn("has stopped", self.server.log_tail())

    def check_stopped(self):
        self.server.stop()
        *findings, counted = faults.verify(self.programs, os.path.join(self.disk, "data"))
        self.assertEqual((findings, counted["keys"]), ([], len(self.stored)))

    def test_the_watermark(self):
        self.start(WATERMARK)
        self.make_bucket()
        self.assertTrue(self.client.ready()["writable"])
        self.fill("key", MIB)
        ready = self.client.call("GET", "/-/ready")
        self.assertEqual(ready.status, 200)
        self.assertIn("store.free_watermark", json.loads(ready.body)["why"])
        for method, path in (("POST", "/vol2"), ("POST", "/vol1/bucket2"),
                             ("POST", f"{next(reversed(self.stored))}?toKey=other")):
            reply = self.client.call(method, path)
            self.assertEqual((reply.status, reply.error_form()), (503, ""), path)
        self.check_all_is_there()
        self.delete(len(self.stored) * 9 // 10)
        self.wait_for(lambda: self.client.ready()["writable"])
        self.assertTrue(self.put(f"{BUCKET}/again", b"again"))
        self.check_all_is_there()
        self.check_stopped()

    def test_another_file_takes_all_in_the_middle_of_uploads(self):
        self.start(0)
        self.make_bucket()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            uploads = pool.submit(self.fill, "key", 100_000)
            self.wait_for(lambda: len(self.stored) > 10)
            self.take_all()
            uploads.result()
        self.check_all_is_there()

        self.delete(3)
        self.server.stop()
        self.take_all()
        self.start(0)
        self.check_all_is_there()
        self.delete(len(self.stored) // 2)
        self.wait_for(lambda: self.put(f"{BUCKET}/again", b"again" * 100_000))
        self.check_all_is_there()
        self.check_stopped()

    def test_rows_alone_fill_it(self):
        """Keys without bytes: what is short of space is the database."""
        self.take_all(but=12 * MIB)
        self.start(0)
        self.make_bucket()
        self.fill("k" * 900, 0)
        self.take_all()
        self.assertFalse(self.put(f"{BUCKET}/refused", b""))
        self.check_all_is_there()
        self.delete(200)
        os.remove(os.path.join(self.disk, "other"))
        self.assertTrue(self.put(f"{BUCKET}/again", b"again"))
        self.check_all_is_there()
        self.check_stopped()


class Ext4(FullDisk, unittest.TestCase):
    mount = ext4


class Tmpfs(FullDisk, unittest.TestCase):
    mount = tmpfs


def enter_namespace():
    with tempfile.TemporaryDirectory(prefix="full-disk-") as place:
        mount = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", place]
        run = subprocess.run(mount, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print("SKIPPED: file systems cannot be mounted here:", run.stderr.strip())
        sys.exit(SKIPPED)
    os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv],
               os.environ | {INSIDE: "1"})


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter_namespace()
    FullDisk.programs = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
