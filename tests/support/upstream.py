"""Another HTTP server, whose every byte the test writes."""

import contextlib
import socket
import threading

OK = b'{"status":"success"}'


def answer(body=OK, status="200 OK", headers=""):
    """What answers so, with a length, and keeps the connection."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return bytes_then_stay(head.encode() + body)


def bytes_then_stay(data):
    def send(peer):
        peer.sendall(data)
        return True
    return send


def bytes_then_close(data):
    return lambda peer: peer.sendall(data)


class Upstream:
    """`answer(peer)` is called, in a thread of its connection, for each request; the connection
    stays if it says so. Requests without a body."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = "http://127.0.0.1:{}".format(self.listener.getsockname()[1])
        self.answer = answer()
        self.heads = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=[peer], daemon=True).start()

    def _serve(self, peer):
        with peer, contextlib.suppress(ConnectionError):
            stays = True
            while stays and (head := self._head(peer)):
                self.heads.append(head.decode())
                stays = self.answer(peer)

    def _head(self, peer):
        """The next, or nothing when the client has closed."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            piece = peer.recv(1)
            if not piece:
                return b""
            head += piece
        return head
