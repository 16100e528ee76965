#!/usr/bin/python3
"""A server that may open no more files: who is connected is served, who comes waits, and is served
when others leave.

usage: few_files.py FOLDER [unittest options]      FOLDER has dobsond
"""

import os
import resource
import select
import socket
import sys
import tempfile
import unittest

import faults
from dobsond import Server, TIMEOUT_S

SPARE = 20
CLIENTS = 100
KEY = "/vol1/bucket1/key"


class FewFiles(unittest.TestCase):
    programs = None

    def test_clients_wait_for_files(self):
        folder = tempfile.TemporaryDirectory(prefix="few-files-")
        self.addCleanup(folder.cleanup)
        server = Server(os.path.join(self.programs, "dobsond"), directory=folder.name)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        client = faults.Client(server)
        for path in ("/vol1", "/vol1/bucket1"):
            self.assertEqual(client.call("POST", path).status, 201)
        self.assertEqual(client.call("PUT", KEY, b"bytes").status, 201)

        files = len(os.listdir(f"/proc/{server.process.pid}/fd")) + SPARE
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (files, files))
        head = "".join(f"{name}: {value}\r\n" for name, value in faults.HEADERS.items())
        clients = [socket.create_connection(server.address, TIMEOUT_S) for _ in range(CLIENTS)]
        for client in clients:
            self.addCleanup(client.close)
        for client in clients:
            client.sendall(f"PUT {KEY} HTTP/1.1\r\nHost: h\r\n{head}"
                           f"Content-Length: 5\r\n\r\nbytes".encode())
        waiting = set(clients)
        while waiting:
            answered, _, _ = select.select(waiting, (), (), TIMEOUT_S)
            self.assertTrue(answered, f"{len(waiting)} clients wait")
            client = answered[0]
            waiting.remove(client)
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 201 "))
            client.sendall(f"GET {KEY} HTTP/1.1\r\nHost: h\r\n{head}\r\n".encode())
            self.assertTrue(client.recv(4096).endswith(b"\r\n\r\nbytes"))
            client.close()
        self.assertIn(" warn http: clients wait: Too many open files", server.log_tail())
        server.stop()


if __name__ == "__main__":
    FewFiles.programs = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
