"""What a running `dobsond` takes of its machine: memory, descriptors, slots of LMDB's readers."""

import os
import re
import struct

MIB = 1 << 20

# LMDB 0.9's lock file: a header of two cache lines, then one for each reader: its snapshot, or all
# ones while it is in none, and its process, or 0 for a slot that is free.
READERS_AT = 128
READER = struct.Struct("=Qi52x")

ESTABLISHED = "01"  # in /proc/net/tcp


class Watched:
    def __init__(self, server):
        self.server = server
        self.process = f"/proc/{server.process.pid}"

    def memory(self):
        """Bytes of its own: what the kernel caches of the files, and the code, are not in it."""
        with open(f"{self.process}/status", encoding="ascii") as status:
            return int(re.search(r"^RssAnon:\s*(\d+) kB$", status.read(), re.MULTILINE)[1]) << 10

    def descriptors(self):
        return len(os.listdir(f"{self.process}/fd"))

    def unsent(self):
        """Bytes of answers that the kernel keeps, of all connections."""
        with open(f"{self.process}/net/tcp", encoding="ascii") as table:
            _, *sockets = (line.split() for line in table)
        port = "{:04X}".format(self.server.address[1])
        return sum(int(queues[:8], 16) for _, local, _, state, queues, *_ in sockets
                   if local.endswith(":" + port) and state == ESTABLISHED)

    def reader_slots(self):
        with open(os.path.join(self.server.data, "state", "lock.mdb"), "rb") as file:
            table = file.read()[READERS_AT:]
        whole = len(table) // READER.size * READER.size
        return sum(process != 0 for _, process in READER.iter_unpack(table[:whole]))


def budget(server):
    """What it has said at start: bytes by what they are for, and their sum."""
    with open(server.log, encoding="utf-8") as log:
        said = re.search(r"^memory, at most: (\d+) MiB = (.*)$", log.read(), re.MULTILINE)
    most, parts = said[1], (part.split(" for ") for part in said[2].split(" + "))
    return {name: int(mib) * MIB for mib, name in parts}, int(most) * MIB
