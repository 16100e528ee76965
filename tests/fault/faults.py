"""What the fault tests share: a client that an error does not stop, and the verdict of `verify`."""

import http.client
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "outsiders")]
import metrics_text
from dobsond import TIMEOUT_S

HEADERS = {"x-ozone-version": "v1", "Date": "Mon, 26 Jun 2017 04:23:30 GMT",
           "Authorization": "OZONE root", "x-ozone-user": "bilbo"}
ERROR_FIELDS = {"httpCode", "shortMessage", "resource", "message", "requestID", "hostName"}


class Reply:
    """`status` 0: the connection was cut before the answer was whole."""

    def __init__(self, status=0, headers=None, body=b""):
        self.status = status
        self.headers = headers or {}
        self.body = body

    @property
    def done(self):
        return 200 <= self.status < 300

    def error_form(self):
        """What an error of the family lacks (spec/ozone-rest.md §2.9); empty if nothing."""
        try:
            fields = json.loads(self.body)
        except ValueError:
            return f"not JSON: {self.body[:200]}"
        if set(fields) != ERROR_FIELDS or fields["httpCode"] != self.status:
            return f"fields: {fields}"
        if (self.status == 503) != ("Retry-After" in self.headers):
            return f"Retry-After: {self.headers.get('Retry-After')}"
        return ""

    def __str__(self):
        return f"{self.status} {self.body[:300]}"


class Client:
    def __init__(self, server):
        self.server = server

    def call(self, method, path, body=None, headers=()):
        """One request on a connection of its own; a body that is an iterator goes in chunks."""
        connection = http.client.HTTPConnection(*self.server.address, timeout=TIMEOUT_S)
        try:
            try:
                connection.request(method, path, body, HEADERS | dict(headers))
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused early; the answer tells
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        except (http.client.HTTPException, ConnectionError):
            return Reply()
        finally:
            connection.close()

    def metrics(self):
        return metrics_text.parse(self.call("GET", "/-/metrics").body.decode())

    def ready(self):
        return json.loads(self.call("GET", "/-/ready").body)


def verify(programs, data):
    """The lines of `dobsonctl verify`: findings, and last what was counted."""
    run = subprocess.run([os.path.join(programs, "dobsonctl"), "verify", "--json", data],
                         capture_output=True, text=True, timeout=10 * TIMEOUT_S, check=False)
    if run.returncode not in (0, 1) or not run.stdout:
        raise RuntimeError(f"verify: {run.returncode} {run.stdout} {run.stderr}")
    return [json.loads(line) for line in run.stdout.splitlines()]
