#!/usr/bin/env python3
"""nginx in front of dobsond: connections that stay open, 5 MiB both ways, names as they are.

usage: proxy.py FOLDER NGINX [unittest options]
"""

import hashlib
import http.client
import os
import pwd
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time

import outsider
from dobsond import TIMEOUT_S

NGINX = sys.argv.pop(2)
CONTENT = os.urandom(5 << 20)
NAMES = ["plain", "a%20b", "a//b", "a/../b", "a%2Fc", "%C3%A4", "a+b", "semi;colon", "%25%3F%23"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Proxy(outsider.Outsider):
    @classmethod
    def setUpClass(cls):
        # Sockets have short paths, and nginx may go there as another user.
        cls.folder = tempfile.mkdtemp(prefix="proxy-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.settings = [f"listen.ozone=127.0.0.1:0,unix:{cls.folder}/dobsond"]
        super().setUpClass()
        cls().make_bucket("/shire/proxied")
        cls.start_nginx()

    @classmethod
    def start_nginx(cls):
        user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
        with open(os.path.join(outsider.HERE, "nginx.conf"), encoding="utf-8") as template:
            text = string.Template(template.read()).substitute(
                folder=cls.folder, tcp="{}:{}".format(*cls.server.address), user=user)
        configuration = os.path.join(cls.folder, "nginx.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(text)
        cls.nginx = subprocess.Popen(
            [NGINX, "-p", cls.folder, "-e", "stderr", "-c", configuration])
        cls.addClassCleanup(cls.stop_nginx)
        deadline = time.monotonic() + TIMEOUT_S
        while not os.path.exists(f"{cls.folder}/unix"):
            if cls.nginx.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("nginx did not start")
            time.sleep(0.01)

    @classmethod
    def stop_nginx(cls):
        cls.nginx.send_signal(signal.SIGTERM)
        cls.nginx.wait(TIMEOUT_S)

    def ask(self, method, target, body=None, **more):
        self.front.request(method, target, body, outsider.HEADERS | more)
        response = self.front.getresponse()
        return response.status, response.read()

    def through(self, way):
        """Opens a connection to nginx that leads to the server by `way`; a prefix for its keys."""
        self.front = UnixConnection(f"{self.folder}/{way}")
        self.addCleanup(self.front.close)
        return f"/shire/proxied/{way}"

    def accepted(self):
        return self.metrics()["dobson_http_connections_total"][{"outcome": "accepted"}]

    def check_bodies(self, way):
        target = self.through(way)
        self.assertEqual(self.ask("PUT", f"{target}/large", CONTENT), (201, b""))
        status, content = self.ask("GET", f"{target}/large")
        self.assertEqual((status, hashlib.md5(content).digest()),
                         (200, hashlib.md5(CONTENT).digest()))
        pieces = iter([CONTENT[:70_000], CONTENT[70_000:]])
        self.assertEqual(self.ask("PUT", f"{target}/chunked", pieces), (201, b""))
        status, content = self.ask("GET", f"{target}/chunked", Range="bytes=69990-70009")
        self.assertEqual((status, content), (206, CONTENT[69_990:70_010]))
        self.assertEqual(self.ask("HEAD", f"{target}/large"), (200, b""))
        self.assertEqual(self.ask("GET", f"{target}/none")[0], 404)
        # Up to 1 MiB of a refused body is read (spec/ozone-rest.md §3.11); nginx sends it all.
        self.assertEqual(self.ask("PUT", "/shire/nowhere/key", CONTENT[:1 << 20])[0], 404)

    def test_bodies_by_tcp(self):
        self.check_bodies("tcp")

    def test_bodies_by_unix_socket(self):
        self.check_bodies("unix")

    def check_connections(self, way):
        target = self.through(way)
        self.ask("GET", f"{target}/none")
        before = self.accepted()
        for i in range(20):
            self.assertEqual(self.ask("PUT", f"{target}/{i}", b"%d" % i)[0], 201)
            self.assertEqual(self.ask("GET", f"{target}/{i}"), (200, b"%d" % i))
            self.assertEqual(self.ask("GET", f"{target}/none")[0], 404)
        self.assertEqual(self.accepted() - before, 1, "one for the second reading")

    def test_connections_by_tcp_stay(self):
        self.check_connections("tcp")

    def test_connections_by_unix_socket_stay(self):
        self.check_connections("unix")

    def test_names(self):
        for way in ("tcp", "unix"):
            target = self.through(way)
            for name in NAMES:
                self.assertEqual(self.ask("PUT", f"{target}/names/{name}", name.encode())[0], 201)
            for name in NAMES:
                self.assertEqual(self.ask("GET", f"{target}/names/{name}"), (200, name.encode()))


if __name__ == "__main__":
    outsider.main()
