#!/usr/bin/python3
"""Ten million rows go out in listings of the insight API without a limit, eight at a time, while two
more readers stand still in the middle. The server's memory stays flat, and every answer is whole
(spec/recon.md §2, "Large answers").

usage: recon_streams.py FOLDER [unittest options]
"""

import collections
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "outsiders"))
import outsider
from dobsond import TIMEOUT_S, Server
from watched import MIB, Watched

MOST_MORE_BYTES = 32 * MIB
READERS = 8
SIP_EVERY_S = 15  # who stands still for limits::write_stall_timeout_s is cut
SAMPLE_EVERY_S = 0.05
PIECE_BYTES = 256 << 10
NO_LIMIT = (1 << 31) - 1

# `begin`: of a row. `says`: what stands beside the rows, told by their number and the last of them.
Listing = collections.namedtuple("Listing", "target begin rows says")


def containers(rows):
    return Listing(f"/containers?limit={NO_LIMIT}", b'{"ContainerID":', rows, lambda last: {
        "totalCount": rows, "prevKey": last["ContainerID"]})


def keys_of_container(number, rows):
    return Listing(f"/containers/{number}/keys?limit=-1", b'{"Volume":', rows, lambda last: {
        "totalCount": rows, "lastKey": "/" + last["CompletePath"]})


def open_keys(tables, rows):
    query = "&".join(f"{table}=true" for table in tables)
    return Listing(f"/keys/open?{query}&limit=-1", b'{"key":', rows, lambda last: {
        "lastKey": last["key"], "status": "OK"})


def keys_of_bucket(path, rows, size):
    return Listing(f"/keys/listKeys?startPrefix={path}&limit={NO_LIMIT}", b'{"volumeName":', rows,
                   lambda last: {"status": "OK", "path": path, "unReplicatedDataSize": size,
                                 "replicatedDataSize": size, "lastKey": last["key"]})


class Received:
    """An answer that comes: its rows are counted, its two ends kept."""

    def __init__(self, listing):
        self.begin = listing.begin
        self.rows = 0
        self.head = self.tail = b""

    def take(self, piece):
        if len(self.head) < PIECE_BYTES:
            self.head += piece
        whole = self.tail[1 - len(self.begin):] + piece  # a beginning may be cut
        self.rows += whole.count(self.begin)
        self.tail = (self.tail + piece)[-PIECE_BYTES:]

    def ends(self):
        """The answer with its first and its last row alone, as JSON."""
        second = self.head.index(self.begin, self.head.index(self.begin) + 1)
        page = json.loads(self.head[:second] + self.tail[self.tail.rindex(self.begin):])
        return page.get("data", page)


class Highest:
    """Looks at the memory of a server until it is left."""

    def __init__(self, watched):
        self.watched = watched
        self.bytes = 0
        self.samples = 0
        self.left = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.left.wait(SAMPLE_EVERY_S):
            self.bytes = max(self.bytes, self.watched.memory())
            self.samples += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.left.set()
        self.thread.join()


class Streams(outsider.Outsider):
    @contextlib.contextmanager
    def insight(self, target):
        """A request on a connection of its own, and the beginning of its answer."""
        connection = http.client.HTTPConnection(*self.server.addresses["recon"], timeout=TIMEOUT_S)
        with contextlib.closing(connection):
            connection.request("GET", "/api/v1" + target)
            response = connection.getresponse()
            self.assertEqual(response.status, 200, target)
            yield response

    def ask(self, target):
        with self.insight(target) as response:
            return json.load(response)

    def read(self, listing, stand_still=lambda: False):
        """All of it. In the middle `stand_still` waits, and says whether to do it after the next
        piece, too."""
        received = Received(listing)
        with self.insight(listing.target) as response:
            self.assertEqual(response.getheader("Transfer-Encoding"), "chunked", listing.target)
            stands = True
            while piece := response.read(PIECE_BYTES):
                received.take(piece)
                if received.rows > listing.rows / 2:
                    stands = stands and stand_still()
        self.assertEqual(received.rows, listing.rows, listing.target)
        page = received.ends()
        *_, rows = (value for value in page.values() if isinstance(value, list))
        self.assertEqual(len(rows), 2)
        says = listing.says(rows[-1])
        self.assertEqual(says, {name: page.get(name) for name in says}, listing.target)

    def flow(self, listings, least_rows):
        for listing in listings:
            self.read(listing)
        turns, rows = [], 0
        for listing in itertools.cycle(listings):
            if rows >= least_rows:
                break
            turns.append(listing)
            rows += listing.rows
        watched = Watched(self.server)
        rest, begin = watched.memory(), time.monotonic()
        slow = max(listings, key=lambda listing: listing.rows)
        done = threading.Event()
        with (Highest(watched) as highest, concurrent.futures.ThreadPoolExecutor(2) as standing,
              concurrent.futures.ThreadPoolExecutor(READERS) as pool):
            stood = [standing.submit(self.read, slow, lambda: not done.wait(SIP_EVERY_S))
                     for _ in range(2)]
            try:
                for _ in pool.map(self.read, turns):
                    self.assertFalse(any(each.done() for each in stood))
            finally:
                done.set()
            for each in stood:
                each.result()
        print(f"{rows:,} rows in {len(turns)} answers in {time.monotonic() - begin:.0f} s: memory "
              f"at rest {rest / MIB:.1f} MiB, at most {(highest.bytes - rest) / MIB:+.1f} MiB "
              f"in {highest.samples:,} samples")
        self.assertGreater(highest.samples, 0)
        self.assertLessEqual(highest.bytes, rest + MOST_MORE_BYTES)


class Namespace(Streams):
    """Of `dobsonctl generate`. Its containers have few keys each, but are many."""

    KEYS, UPLOADS, ROWS = 3_600_000, 400_000, 8_000_000

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="streams-")
        cls.addClassCleanup(folder.cleanup)
        begin = time.monotonic()
        generated = cls().run_program(
            os.path.join(cls.programs, "dobsonctl"), "generate", os.path.join(folder.name, "data"),
            "--keys", str(cls.KEYS), "--uploads", str(cls.UPLOADS))
        if generated.returncode != 0:
            raise RuntimeError(generated.stderr.decode())
        print(f"{cls.KEYS:,} keys generated in {time.monotonic() - begin:.0f} s")
        cls.server = Server(os.path.join(cls.programs, "dobsond"), ["blocks.store=null"],
                            folder.name)
        cls.addClassCleanup(cls.server.stop)

    def buckets(self):
        rows = self.ask("/buckets")["buckets"]
        for path in (f"/{row['volumeName']}/{row['name']}" for row in rows):
            counts = self.ask(f"/namespace/summary?path={path}")["countStats"]
            yield keys_of_bucket(path, counts["numKey"],
                                 self.ask(f"/namespace/usage?path={path}")["size"])

    def test_all_listings(self):
        state = self.ask("/clusterState")
        buckets = list(self.buckets())
        self.assertEqual(sum(listing.rows for listing in buckets), state["keys"])
        of_containers = containers(state["containers"])
        long = [open_keys(["includeFso", "includeNonFso"], self.UPLOADS),
                open_keys(["includeNonFso"], self.UPLOADS // 2), *buckets]  # every other bucket
        self.flow([each for listing in long for each in (of_containers, listing)], self.ROWS)


class OneContainer(Streams):
    """Its keys are small."""

    KEYS, ROWS = 200_000, 2_000_000

    def test_its_keys(self):
        self.make_bucket("/bench/keys")
        loaded = self.run_program(os.path.join(self.programs, "dobson-bench"), "load", "load",
                                  "--to", "{}:{}".format(*self.server.address),
                                  "--connections", "256", "--requests", str(self.KEYS))
        self.assertEqual(loaded.returncode, 0, loaded.stdout + loaded.stderr)
        self.flow([keys_of_container(1, self.KEYS)], self.ROWS)


if __name__ == "__main__":
    outsider.main()
