#!/usr/bin/python3
"""Hours of mixed load on one server, by clients that know every right answer, reconnect, break off
and are killed; then a verdict: what the server takes of its machine must not grow, no answer may be
wrong, and what it leaves must be clean. `tools/soak` builds and runs it.

usage: soak.py FOLDER [--minutes N] [--data DIR]      FOLDER has dobsond and dobsonctl
"""

import argparse
import asyncio
import collections
import contextlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "outsiders")]
import metrics_text
from dobsond import TIMEOUT_S, Server
from soak_client import TIMEOUT_S as REQUEST_S
from watched import MIB, Watched, budget

WORKERS = 2
KILL_EVERY_S = 15
WRONG_SHOWN = 20


class Gauge(collections.namedtuple("Gauge", "name unit growth slack moves", defaults=(False,))):
    """Flat: its median of the last fifth is at most `growth` times that of the second, and `slack`
    more. What is deleted stays for a while (blocks.delete_delay), so that `moves` with the load."""

    def flat(self, before, after, load):
        return after <= before * self.growth * (max(1, load) if self.moves else 1) + self.slack


GAUGES = (
    Gauge("memory", "MiB", 1.1, 8),
    Gauge("descriptors", "", 1.1, 8),
    Gauge("reader slots", "", 1, 0),
    Gauge("deletion backlog", "rows", 1.5, 1000, True),
    Gauge("disk", "MiB", 1.5, 128, True),
)


def sample(server, watched):
    """A number for each of GAUGES."""
    url = "http://{}:{}/-/metrics".format(*server.address)
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as page:
        metrics = metrics_text.parse(page.read().decode())
    files = (os.path.join(folder, file) for folder, _, files in os.walk(server.data)
             for file in files)
    return (watched.memory() / MIB, watched.descriptors(), watched.reader_slots(),
            metrics["dobson_store_deletion_backlog"][{}],
            sum(os.stat(file).st_blocks for file in files) * 512 / MIB)


class Soak:
    def __init__(self, programs, server, seed):
        self.programs = programs
        self.server = server
        self.seed = seed
        self.draw = random.Random(seed)
        self.watched = Watched(server)
        _, self.most_memory = budget(server)
        self.started = self.killed = 0
        self.workers = {}  # by number: process, task that listens to it
        self.settled = set()  # numbers of those who have removed what a killed one left
        self.done = collections.Counter()
        self.wrong = []
        self.samples = []  # a second each: numbers of GAUGES
        self.rates = []  # operations in that second

    async def start(self, predecessor=()):
        self.started += 1
        number = str(self.started)
        host, port = self.server.address
        process = await asyncio.create_subprocess_exec(
            sys.executable, os.path.join(HERE, "soak_worker.py"), host, str(port), str(self.seed),
            number, *predecessor, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.workers[number] = process, asyncio.create_task(self.listen(number, process.stdout))

    async def listen(self, number, lines):
        async for line in lines:
            if not line.endswith(b"\n"):
                break  # it was killed there
            said = json.loads(line)
            self.done.update(said["done"])
            self.wrong += said["wrong"]
            if said["settled"]:
                self.settled.add(number)

    async def kill_one(self):
        """Another takes its place, and looks after what it has left."""
        number = self.draw.choice(sorted(self.settled & set(self.workers)))
        process, listening = self.workers.pop(number)
        process.kill()
        await process.wait()
        await listening
        self.killed += 1
        await self.start([number])

    async def stop(self):
        for process, _ in self.workers.values():
            process.stdin.close()
        for number, (process, listening) in self.workers.items():
            try:
                code = await asyncio.wait_for(process.wait(), 2 * REQUEST_S)
                await listening
            except TimeoutError:
                code = "none"
            if code != 0:
                self.wrong.append(f"worker {number}: exit code {code}")

    async def kill_all(self):
        for process, _ in self.workers.values():
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def run(self, seconds):
        begin = time.monotonic()
        try:
            for _ in range(WORKERS):
                await self.start()
            kill_at = KILL_EVERY_S
            while (now := time.monotonic() - begin) < seconds and not self.wrong:
                before = self.done.total()
                await asyncio.sleep(1)
                self.samples.append(sample(self.server, self.watched))
                self.rates.append((self.done.total() - before) / (time.monotonic() - begin - now))
                self.say(time.monotonic() - begin)
                self.wrong += [f"worker {number} has ended"
                               for number, (process, _) in self.workers.items()
                               if process.returncode is not None]
                if now > kill_at and self.settled & set(self.workers):
                    kill_at += KILL_EVERY_S
                    await self.kill_one()
            await self.stop()
        finally:
            await self.kill_all()

    def say(self, seconds):
        numbers = ", ".join(f"{gauge.name} {number:,.0f} {gauge.unit}".rstrip()
                            for gauge, number in zip(GAUGES, self.samples[-1]))
        print(f"{seconds:6.0f} s {self.rates[-1]:7,.0f} operations/s, {len(self.wrong)} wrong, "
              f"{numbers}", flush=True)

    def verdict(self):
        """Prints it; True: all is well."""
        print(", ".join(f"{count:,} {name}" for name, count in self.done.most_common()))
        print(f"{self.done.total():,} operations, {self.killed} of {self.started} workers killed, "
              f"{len(self.wrong)} wrong answers")
        for wrong in self.wrong[:WRONG_SHOWN]:
            print(f"wrong: {wrong}")
        highest = max((numbers[0] for numbers in self.samples), default=0)
        print(f"memory at its highest: {highest:,.0f} of {self.most_memory // MIB:,} MiB")
        return self.is_flat() and not self.wrong and highest <= self.most_memory / MIB

    def is_flat(self):
        fifth = len(self.samples) // 5
        if fifth == 0:
            print("too short for medians")
            return False

        def medians(numbers):
            return [statistics.median(part)
                    for part in (numbers[fifth:2 * fifth], numbers[-fifth:])]

        rates = medians(self.rates)
        row = "{:24}{:>12,.0f}{:>12,.0f}  {}".format
        print(f"{'median of the':24}{'second':>12}{'last fifth':>12}")
        print(row("operations/s", *rates, ""))
        well = True
        for gauge, *numbers in zip(GAUGES, *self.samples):
            both = medians(numbers)
            flat = gauge.flat(*both, rates[1] / max(1, rates[0]))
            name = f"{gauge.name}, {gauge.unit}".rstrip(", ")
            print(row(name, *both, "flat" if flat else "GROWS"))
            well = well and flat
        return well

    def verify(self):
        """Ends the server; True: it has left all in order."""
        self.server.stop()
        run = subprocess.run([os.path.join(self.programs, "dobsonctl"), "verify", self.server.data],
                             capture_output=True, text=True, check=False)
        print((run.stdout + run.stderr).strip())
        return run.returncode == 0


def soak(programs, directory, minutes, seed):
    """True: all is well."""
    with contextlib.ExitStack() as stack:
        server = Server(os.path.join(programs, "dobsond"), directory=directory)
        stack.callback(lambda: server.process.poll() is None and server.kill())
        run = Soak(programs, server, seed)
        asyncio.run(run.run(60 * minutes))
        well = run.verdict()
        return run.verify() and well


def terminated(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="tools/soak",
                                     usage="tools/soak [--minutes N] [--data DIR]")
    parser.add_argument("programs", help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--data", help="where the server's data directory is made, and removed")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, terminated)
    seed = os.environ.get("DOBSON_SEED") or str(random.SystemRandom().randrange(1 << 32))
    directory = tempfile.mkdtemp(prefix="soak-", dir=options.data)
    print(f"DOBSON_SEED={seed}, in {directory}", flush=True)
    try:
        well = soak(options.programs, directory, options.minutes, seed)
    except KeyboardInterrupt:
        shutil.rmtree(directory)
        sys.exit("interrupted")
    if well:
        shutil.rmtree(directory)
    print("all is well" if well else f"NOT WELL; the server's log and data stay in {directory}")
    sys.exit(not well)


if __name__ == "__main__":
    main()
