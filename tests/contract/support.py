"""Shared by the contract tests: requests written byte by byte.

Nothing here knows what an answer should be; `page.py` does.
"""

import json
import os
import socket
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from dobsond import TIMEOUT_S, DidNotStart, Server  # for those who import this, too


class Reply:
    """One answer as it came. `headers` keep order and spelling."""

    def __init__(self, status, headers, body=b"", interim=()):
        self.status = status
        self.headers = headers
        self.body = body
        self.interim = list(interim)

    def __getitem__(self, name):
        """The only value of a header, or None."""
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


class Connection:
    def __init__(self, address):
        self.socket = socket.create_connection(address, TIMEOUT_S)
        self.received = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        """A server that has refused and closed may not take all; its answer is there anyway."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reply(self, method="GET", interim=None):
        """The next answer, or None if the connection ended without one. `interim`: what to do when
        a 1xx has come."""
        seen = []
        while True:
            head = self._until(b"\r\n\r\n")
            if head is None:
                return None
            lines = head.decode("latin-1").split("\r\n")
            version, status = lines[0].split(" ", 2)[:2]
            assert version == "HTTP/1.1", lines[0]
            headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
            if not status.startswith("1"):
                reply = Reply(int(status), headers, interim=seen)
                reply.body = self._body(method, reply)
                return reply
            seen.append(int(status))
            if interim:
                interim()

    def at_end(self):
        """Waits for the server to close; False if it sends something instead."""
        return not self.received and not self._more()

    def _body(self, method, reply):
        if method == "HEAD" or reply.status in (204, 304):
            return b""
        if reply["Transfer-Encoding"] == "chunked":
            return b"".join(iter(self._chunk, b""))
        if reply["Content-Length"] is not None:
            return self._exactly(int(reply["Content-Length"]))
        while self._more():
            pass
        body, self.received = self.received, b""
        return body

    def _chunk(self):
        size = int(self._until(b"\r\n"), 16)
        data = self._exactly(size + 2)
        assert data.endswith(b"\r\n"), data[-20:]
        return data[:-2]

    def _until(self, end):
        while end not in self.received:
            if not self._more():
                assert not self.received, f"cut in the middle: {self.received[:300]!r}"
                return None
        head, self.received = self.received.split(end, 1)
        return head

    def _exactly(self, count):
        while len(self.received) < count:
            assert self._more(), f"cut after {len(self.received)} of {count} bytes"
        data, self.received = self.received[:count], self.received[count:]
        return data

    def _more(self):
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        self.received += data
        return bool(data)


def replies_at_once(address, data, count):
    """To one request from each of so many connections."""
    connections = [Connection(address) for _ in range(count)]
    for connection in connections:
        connection.send(data)
    replies = [connection.reply() for connection in connections]
    for connection in connections:
        connection.close()
    return replies


def request_bytes(method, target, headers, body=None, version="HTTP/1.1"):
    """`headers`: pairs, sent as they are; a Content-Length is added for a body that has none."""
    lines = [f"{method} {target} {version}"] + [f"{name}: {value}" for name, value in headers]
    if body is not None and "content-length" not in {name.lower() for name, _ in headers}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines + ["", ""]).encode("latin-1") + (body or b"")


def own_page(address, path):
    """The body of a page under `/-/`."""
    connection = Connection(address)
    connection.send(request_bytes("GET", path, [("Host", "localhost")]))
    reply = connection.reply()
    connection.close()
    assert reply.status == 200, reply
    return reply.body
