"""What the outsiders share: real programs, started by their path, and a server of one's own.

usage of every test here: NAME.py FOLDER [unittest options]      FOLDER has dobsond and dobsonctl
"""

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "support"))
from dobsond import TIMEOUT_S, Server
import metrics_text

HEADERS = {"x-ozone-version": "v1", "Date": "Mon, 26 Jun 2017 04:23:30 GMT",
           "Authorization": "OZONE root", "x-ozone-user": "bilbo"}
CURL_HEADERS = [word for pair in HEADERS.items() for word in ("-H", ": ".join(pair))]


class Outsider(unittest.TestCase):
    """One server serves a class of tests."""

    programs = None  # the folder
    settings = ()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="outsider-")
        cls.addClassCleanup(folder.cleanup)
        cls.scratch = folder.name
        cls.server = Server(os.path.join(cls.programs, "dobsond"), cls.settings)
        cls.addClassCleanup(cls.server.stop)

    @property
    def url(self):
        return "http://{}:{}".format(*self.server.address)

    def connection(self):
        connection = http.client.HTTPConnection(*self.server.address, timeout=TIMEOUT_S)
        self.addCleanup(connection.close)
        return connection

    def call(self, method, path, body=None, status=200):
        """One request on a connection of its own, and the body of its answer."""
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, urllib.parse.quote(path, "/?=&"), body, HEADERS)
            response = connection.getresponse()
            content = response.read()
        self.assertEqual(response.status, status, (method, path, content))
        return content

    def make_bucket(self, path):
        volume = path[:path.index("/", 1)]
        self.call("POST", volume, status=201)
        self.call("POST", path, status=201)

    def metrics(self):
        return metrics_text.parse(self.call("GET", "/-/metrics").decode())

    def run_program(self, *words, **options):
        return subprocess.run(words, capture_output=True, timeout=10 * TIMEOUT_S, check=False,
                              **options)


def main():
    Outsider.programs = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
