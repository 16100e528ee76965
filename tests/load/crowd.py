"""Clients that stand in the way: each kind has begun something and does not go on with it."""

import collections
import select
import socket
import time

import outsider
from dobsond import TIMEOUT_S

HEADERS = "".join(f"{name}: {value}\r\n" for name, value in outsider.HEADERS.items())
# So little that a server meets it soon, and the kernel keeps little of each.
RECEIVE_BUFFER_BYTES = 4096


def request(line, more=""):
    return f"{line} HTTP/1.1\r\nHost: h\r\n{HEADERS}{more}\r\n".encode()


FIELDS = "name count says reads ended_by route"


class Kind(collections.namedtuple("Kind", FIELDS, defaults=(None,))):
    """`says` is all that such a client sends; with `reads` it takes the answer. `ended_by`: what it
    sees of the server's end: a status, "closed" without a word, or "cut". `route`: of the request
    that is in work."""


def kinds(scale, large, table):
    """As many as a server must bear, divided by `scale`. `large`: a key, `table`: a bucket, both
    more than a socket holds."""
    half_a_head = request("GET /-/ready")[:-10]
    half_a_body = request("PUT /crowd/bucket/half", "Content-Length: 1000000\r\n") + bytes(1000)
    get, stream = request(f"GET {large}"), request(f"GET {table}?stream")
    return (  # and the limit that ends them
        Kind("idle", 10_000 // scale, b"", True, "closed"),  # idle_timeout_s
        Kind("heads", 1000 // scale, half_a_head, True, "408"),  # head_timeout_s
        Kind("readers", 200 // scale, get, False, "cut", "get_key"),  # write_stall_timeout_s
        Kind("streams", 200 // scale, stream, False, "cut", "stream_keys"),  # the same
        Kind("uploads", 200 // scale, half_a_body, True, "400", "put_key"),  # body_stall_timeout_s
    )


class Crowd:
    def __init__(self, address):
        self.address = address
        self.poll = select.epoll()
        self.standing = {}  # by descriptor: kind, socket, since when
        self.ended = collections.defaultdict(list)  # by kind: how, after how long

    def __len__(self):
        return len(self.standing)

    def join(self, kind):
        for _ in range(kind.count):
            client = socket.socket()
            client.settimeout(TIMEOUT_S)
            if not kind.reads:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            client.connect(self.address)
            client.sendall(kind.says)
            self.standing[client.fileno()] = kind, client, time.monotonic()
            # A reset is told in any case.
            self.poll.register(client, select.EPOLLIN if kind.reads else 0)

    def take_ended(self, timeout):
        """Notes whom the server has ended, after a wait for the first of them."""
        for descriptor, _ in self.poll.poll(timeout):
            kind, client, since = self.standing.pop(descriptor)
            self.ended[kind.name].append((end_of(client), time.monotonic() - since))
            self.poll.unregister(client)
            client.close()

    def leave(self):
        for _, client, _ in self.standing.values():
            client.close()
        self.standing.clear()


def end_of(client):
    said = b""
    try:
        while piece := client.recv(1 << 16):
            said += piece
    except ConnectionResetError:
        return "cut"
    return said[9:12].decode() or "closed"
