#!/usr/bin/python3
"""A writer that cannot begin: who asks is served, who brings bytes is told to come again, and what
was taken on is done once the writer goes on.

usage: stuck_writer.py FOLDER [unittest options]      FOLDER has dobsond
"""

import contextlib
import ctypes
import os
import resource
import socket
import sys
import time
import unittest

import faults
from dobsond import Server, TIMEOUT_S

CROWDED = 4096  # limits::crowded_commands
CLIENTS = CROWDED + 2048  # some of theirs have left the line for the batch that cannot begin
KEY = "/vol1/bucket1/key"
LMDB = "liblmdb.so.0"


@contextlib.contextmanager
def no_writer(directory):
    """No other process begins a write transaction there."""
    lmdb = ctypes.CDLL(LMDB)
    environment, transaction = ctypes.c_void_p(), ctypes.c_void_p()
    for done in (lmdb.mdb_env_create(ctypes.byref(environment)),
                 lmdb.mdb_env_open(environment, os.fsencode(directory), 0, 0o600),
                 lmdb.mdb_txn_begin(environment, None, 0, ctypes.byref(transaction))):
        if done != 0:
            raise OSError(f"{LMDB}: {done}")
    try:
        yield
    finally:
        lmdb.mdb_txn_abort(transaction)
        lmdb.mdb_env_close(environment)


class StuckWriter(unittest.TestCase):
    programs = None

    def setUp(self):
        self.server = Server(os.path.join(self.programs, "dobsond"))
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())
        self.client = faults.Client(self.server)
        for path in ("/vol1", "/vol1/bucket1"):
            self.assertEqual(self.client.call("POST", path).status, 201)
        self.assertEqual(self.client.call("PUT", KEY, b"bytes").status, 201)

    def crowd(self):
        """Each makes a volume."""
        head = "".join(f"{name}: {value}\r\n" for name, value in faults.HEADERS.items())
        for number in range(CLIENTS):
            each = socket.create_connection(self.server.address, TIMEOUT_S)
            self.addCleanup(each.close)
            each.sendall(f"POST /crowd-{number} HTTP/1.1\r\nHost: h\r\n{head}\r\n".encode())
            yield each

    def wait_for_a_crowd(self):
        deadline = time.monotonic() + TIMEOUT_S
        while self.client.metrics()["dobson_log_waiting"][{}] < CROWDED:
            self.assertLess(time.monotonic(), deadline)

    def test_a_crowd_of_commands(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with no_writer(os.path.join(self.server.data, "state")):
            clients = list(self.crowd())
            self.wait_for_a_crowd()
            refused = self.client.call("PUT", KEY, b"other")
            self.assertEqual((refused.status, refused.error_form()), (503, ""))
            self.assertEqual(self.client.call("GET", KEY).body, b"bytes")
        for each in clients:
            self.assertTrue(each.recv(4096).startswith(b"HTTP/1.1 201 "))
        self.assertEqual(self.client.call("PUT", KEY, b"other").status, 201)
        self.assertEqual(self.client.call("GET", KEY).body, b"other")
        self.server.stop()


if __name__ == "__main__":
    StuckWriter.programs = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
