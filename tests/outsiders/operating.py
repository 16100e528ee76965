#!/usr/bin/python3
"""What an operator meets: options, listeners, the lock of the data directory, signals (design.md §5)."""

import json
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import outsider
from outsider import HEADERS, TIMEOUT_S, Server


class Operating(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="operating-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.program = os.path.join(outsider.Outsider.programs, "dobsond")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def start(self, *settings, words=()):
        server = Server(self.program, settings, self.folder, words)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def run_to_end(self, *words):
        ended = subprocess.run([self.program, "--data", self.path("data"), *words],
                               capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        return ended.returncode, ended.stdout, ended.stderr

    def assert_refused(self, text, *words, code=2):
        got, out, err = self.run_to_end(*words)
        self.assertEqual((got, out), (code, ""), err)
        self.assertIn(text, err)

    def wait_for(self, server, text):
        """Until the server has said so."""
        deadline = time.monotonic() + TIMEOUT_S
        while text not in server.log_tail():
            self.assertLess(time.monotonic(), deadline, server.log_tail())
            self.assertIsNone(server.process.poll(), server.log_tail())


class Options(Operating):
    def test_refusals_name_the_key_the_value_and_what_would_be_right(self):
        self.assert_refused('--set: unknown option "reactor"', "--set", "reactor=2")
        self.assert_refused('reactors = "many": should be an integer from 0 to 256',
                            "--set", "reactors=many")
        self.assert_refused('log.level = "loud": should be one of error|warn|info|debug',
                            "--set", "log.level=loud")
        self.assert_refused("write key=value", "--set", "reactors")
        for address in ("9880", "localhost", "127.0.0.1:x", "127.0.0.1:65536", "unix:"):
            self.assert_refused(f"listen.ozone = {address}: not an address; write HOST:PORT",
                                "--set", "listen.ozone=" + address)
        self.assert_refused("every listener is off",
                            "--set", "listen.ozone=off", "--set", "listen.recon=off")
        self.assert_refused("recon.auth = on: callers cannot be authenticated",
                            "--set", "recon.auth=on")
        self.assert_refused("nodes.dead_after is shorter than nodes.stale_after",
                            "--set", "nodes.dead_after=1 min")
        self.assert_refused("--no-such-flag", "--no-such-flag")
        self.assertFalse(os.path.exists(self.path("data")))

    def test_web_pages_beside_the_insight_api(self):
        self.assert_refused("recon.ui = ", "--set", "recon.ui=" + self.path("missing"), code=1)
        os.makedirs(self.path("pages/static"))
        self.write("pages/index.html", "<html>first</html>")
        self.write("pages/static/app-1a2b3c4d.js", "run()")
        server = self.start("recon.ui=" + self.path("pages"), "listen.recon=127.0.0.1:0")
        with open(self.path("data/listeners.json"), encoding="utf-8") as file:
            address = json.load(file)["listeners"]["recon"][0]

        def get(path):
            try:
                with urllib.request.urlopen(f"http://{address}{path}", timeout=TIMEOUT_S) as reply:
                    return reply.status, reply.read().decode(), reply.headers["Cache-Control"]
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code, refused.read().decode(), None
        self.assertEqual(get("/"), (200, "<html>first</html>", "no-cache"))
        self.assertEqual(get("/Overview"), (200, "<html>first</html>", "no-cache"))
        status, script, cache = get("/static/app-1a2b3c4d.js")
        self.assertEqual((status, script), (200, "run()"))
        self.assertIn("immutable", cache)
        self.assertEqual(get("/static/../../data/lock")[0], 404)
        self.assertEqual(get("/api/v1/nothing")[:2], (404, '{"message":"There is no such page."}'))
        self.assertEqual(get("/api/v1/volumes")[0], 200)
        self.assertEqual(get("/-/healthy")[0], 200)
        server.stop()

    def test_refusals_of_a_file_name_it(self):
        file = self.write("conf", "[store]\nmap_size = \"big\"\n")
        self.assert_refused(f'{file}: store.map_size = "big": should be a size', "--config", file)
        file = self.write("conf", "[store]\nmap = 1\n")
        self.assert_refused(f'{file}: unknown option "store.map"', "--config", file)
        file = self.write("conf", "\n[store\n")
        self.assert_refused(f"{file}:2: ", "--config", file)
        self.assert_refused(self.path("none"), "--config", self.path("none"))

    def test_check_config_only_checks(self):
        self.assertEqual(self.run_to_end("--check-config")[0], 0)
        self.assert_refused("listen.ozone = here", "--check-config", "--set", "listen.ozone=here")
        self.assertFalse(os.path.exists(self.path("data")))

    def test_the_example_file_is_taken(self):
        code, example, _ = self.run_to_end("--example-config")
        self.assertEqual(code, 0)
        bare = re.sub(r"^# (?=[a-z_.]+ = )", "", example, flags=re.MULTILINE)
        self.assertIn("\nlisten.ozone = ", bare)
        file = self.write("conf", bare)
        self.assertEqual(self.run_to_end("--check-config", "--config", file)[0], 0)

    def test_help_and_version(self):
        self.assertIn("store.free_watermark = 1 GiB", self.run_to_end("--help")[1])
        self.assertRegex(self.run_to_end("--version")[1], r"^dobsond \d+\.\d+")


class Start(Operating):
    def test_says_where_it_listens_and_what_it_may_take(self):
        unix = "unix:" + self.path("socket")
        server = self.start("listen.ozone=127.0.0.1:0," + unix)
        with open(os.path.join(server.data, "listeners.json"), encoding="utf-8") as file:
            listeners = json.load(file)
        tcp, recon = ("{}:{}".format(*server.addresses[name]) for name in ("ozone", "recon"))
        self.assertEqual(listeners, {"pid": server.process.pid,
                                     "listeners": {"ozone": [tcp, unix], "recon": [recon]}})
        self.assertEqual(stat.S_IMODE(os.stat(server.data).st_mode), 0o700)
        said = server.log_tail()
        self.assertIn(f"ozone listens on {tcp}\nozone listens on {unix}\n"
                      f"recon listens on {recon}\n", said)
        budget = re.search(r"^memory, at most: (\d+) MiB = (.*)$", said, re.MULTILINE)
        parts = [int(number) for number in re.findall(r"\d+", budget[2])]
        self.assertEqual(int(budget[1]), sum(parts))
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path("socket"))
            client.sendall(b"GET /-/healthy HTTP/1.0\r\n\r\n")
            self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 200 OK\r\n"))
        server.stop()
        self.assertEqual(sorted(set(os.listdir(server.data)) & {"listeners.json"}), [])
        self.assertFalse(os.path.exists(self.path("socket")))

    def test_a_directory_has_one_server(self):
        first = self.start()
        self.assert_refused(
            f"the data directory {self.path('data')} is in use by process {first.process.pid}",
            "--set", "listen.ozone=127.0.0.1:0", code=1)
        self.assertTrue(os.path.exists(os.path.join(first.data, "listeners.json")))
        first.stop()
        self.start().stop()

    def test_a_port_has_one_server(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = "127.0.0.1:{}".format(taken.getsockname()[1])
            self.assert_refused(f"listen.ozone = {address}: cannot listen: Address already in use",
                                "--set", "listen.ozone=" + address, code=1)

    def test_more_clients_than_a_shell_allows_files(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        try:
            server = self.start()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        clients = [socket.create_connection(server.address, TIMEOUT_S) for _ in range(200)]
        for client in clients:
            self.addCleanup(client.close)
            client.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n")
        for client in clients:
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200"))
        server.stop()

    def test_a_public_address_is_warned_of(self):
        for address, public in (("127.0.0.1:0", False), ("0.0.0.0:0", True)):
            server = self.start(f"listen.ozone={address}")
            self.assertEqual("is open to the network" in server.log_tail(), public)
            url = "http://{}:{}/serviceList".format(*server.address)
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as reply:
                listed, = json.load(reply)
                name = reply.headers["x-ozone-server-name"]
            self.assertEqual(listed["hostname"], name if public else "localhost")
            server.stop()


class Signals(Operating):
    def test_hangup_reads_what_can_be_reloaded(self):
        file = self.write("conf", 'log.level = "error"\n')
        server = self.start(words=("--config", file))
        self.write("conf", 'log.level = "info"\nreactors = 1\n')
        server.process.send_signal(signal.SIGHUP)
        self.wait_for(server, "warn config: reactors has changed: that needs a new start")
        self.wait_for(server, "info config: reloaded")
        self.write("conf", 'log.level = "loud"\n')
        server.process.send_signal(signal.SIGHUP)
        self.wait_for(server, 'not reloaded: ' + file + ': log.level = "loud"')
        server.stop()

    def upload(self, server):
        """Half a PUT, so that a request is in work."""
        client = socket.create_connection(server.address, TIMEOUT_S)
        self.addCleanup(client.close)
        head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        for line in ("POST /vol1", "POST /vol1/bucket1"):
            client.sendall(f"{line} HTTP/1.1\r\nHost: h\r\n{head}\r\n".encode())
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 201"))
        client.sendall(f"PUT /vol1/bucket1/k HTTP/1.1\r\nHost: h\r\n{head}Content-Length: 6\r\n"
                       "Expect: 100-continue\r\n\r\n".encode())
        self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 100"))
        client.sendall(b"abc")
        return client

    def test_terminate_lets_a_request_in_work_finish(self):
        server = self.start()
        client = self.upload(server)
        server.process.send_signal(signal.SIGTERM)
        self.wait_for(server, "draining")
        client.sendall(b"def")
        reply = b"".join(iter(lambda: client.recv(4096), b""))
        self.assertTrue(reply.startswith(b"HTTP/1.1 201"), reply)
        self.assertIn(b"\r\nConnection: close\r\n", reply)
        self.assertEqual(server.process.wait(TIMEOUT_S), 0)

    def test_a_drain_ends(self):
        server = self.start("server.drain=100 ms")
        client = self.upload(server)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(TIMEOUT_S), 0)
        with self.assertRaises(ConnectionResetError):
            client.recv(4096)

    def test_a_second_one_ends_at_once(self):
        server = self.start()
        self.upload(server)
        server.process.send_signal(signal.SIGTERM)
        self.wait_for(server, "draining")
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(TIMEOUT_S), 1)


if __name__ == "__main__":
    outsider.main()
