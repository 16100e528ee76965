"""An HTTP/1.1 client for many at once: asyncio, one request after the other on a connection."""

import asyncio
import collections

TIMEOUT_S = 60  # of a request: only a broken server meets it
HEADERS = ("Host: h\r\nx-ozone-version: v1\r\nDate: Mon, 26 Jun 2017 04:23:30 GMT\r\n"
           "Authorization: OZONE root\r\nx-ozone-user: bilbo\r\n")
PIECE_BYTES = 1 << 16

Reply = collections.namedtuple("Reply", "status headers body")


class Connection:
    """Opened by the first request, and again by the next one after `drop` or a server's `close`."""

    def __init__(self, address):
        self.address = address
        self.reader = self.writer = None

    def drop(self):
        """Without a word, with all that is on its way."""
        if self.writer:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def begin(self, method, target, headers=(), length=0, chunked=False):
        """Sends the head."""
        if not self.writer:
            self.reader, self.writer = await asyncio.open_connection(*self.address)
        framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {length}"
        more = "".join(f"{name}: {value}\r\n" for name, value in headers)
        head = f"{method} {target} HTTP/1.1\r\n{HEADERS}{more}{framing}\r\n\r\n"
        self.writer.write(head.encode())

    async def ask(self, method, target, body=b"", headers=(), chunked=False):
        async with asyncio.timeout(TIMEOUT_S):
            await self.begin(method, target, headers, len(body), chunked)
            for at in range(0, len(body), PIECE_BYTES):
                piece = body[at:at + PIECE_BYTES]
                self.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                await self.writer.drain()
            if chunked:
                self.writer.write(b"0\r\n\r\n")
            return await self.reply(method)

    async def reply(self, method):
        status, headers = await self.reply_head()
        body = b""
        if headers.get("transfer-encoding") == "chunked":
            body = await self.chunks()
        elif method != "HEAD" and status != 304:
            body = await self.reader.readexactly(int(headers["content-length"]))
        if headers["connection"] == "close":
            self.drop()
        return Reply(status, headers, body)

    async def reply_head(self):
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:-2])
        return int(lines[0].split()[1]), {name.lower(): value for name, value in headers.items()}

    async def chunks(self):
        body = bytearray()
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return bytes(body)
