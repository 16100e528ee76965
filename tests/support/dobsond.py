"""A `dobsond` of one's own, for tests of the real program."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

TIMEOUT_S = 30  # of every wait: only a broken server meets it


class DidNotStart(RuntimeError):
    """`code`: its exit code, `log`: the end of what it said."""

    def __init__(self, code, log):
        super().__init__(f"the server did not start, exit code {code}:\n{log}")
        self.code = code
        self.log = log


class Server:
    """Serves `directory`, or a fresh one that goes when it stops, on a port of the kernel's choice."""

    def __init__(self, program, settings=(), directory=None, words=(), environment=()):
        self.kept = directory is not None
        self.directory = directory or tempfile.mkdtemp(prefix="dobsond-")
        self.data = os.path.join(self.directory, "data")
        self.log = os.path.join(self.directory, "log")
        ports = ("listen.ozone=127.0.0.1:0", "listen.recon=127.0.0.1:0")
        options = [f"--set={setting}" for setting in (*ports, *settings)]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program, "--data", self.data, *options, *words],
                                            stdout=log, stderr=subprocess.STDOUT,
                                            env=os.environ | dict(environment))
        # Of its first listener of each API.
        self.addresses = {name: (address.rsplit(":", 1)[0], int(address.rsplit(":", 1)[1]))
                          for name, address in self._listeners().items()}
        self.address = self.addresses["ozone"]

    def _listeners(self):
        path = os.path.join(self.data, "listeners.json")
        deadline = time.monotonic() + TIMEOUT_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    written = json.load(file)
                if written["pid"] == self.process.pid:  # not of a server that was killed
                    return {name: all[0] for name, all in written["listeners"].items()}
            said = self.log_tail()
            if f"{path} is not written" in said:
                return dict(re.findall(r"^(\w+) listens on (\S+:\d+)$", said, re.MULTILINE))
            time.sleep(0.01)
        self.process.kill()
        raise DidNotStart(self.process.wait(), self.log_tail())

    def log_tail(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def kill(self):
        """Ends the server without a warning; its directory stays."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends the server as an operator would; anything but a clean exit is an error."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            code = "none, killed"
        if code != 0:
            raise RuntimeError(f"exit code after SIGTERM: {code}\n{self.log_tail()}")
        if not self.kept:
            shutil.rmtree(self.directory)
