#!/usr/bin/env python3
"""Measures dobsond beside its peers, in interleaved rounds; tools/bench builds and calls it.
bench/README.md says what is measured and how."""

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import gate
import plot
import report
import rows
import servers

LOAD_CONNECTIONS = 256
LOAD_SLICES = 20
OPEN_CONNECTIONS = 256
COUNTED_KEYS = 5_000  # callgrind is slow


class Progress:
    """One line that is rewritten on a terminal, a line each elsewhere."""

    def __init__(self):
        self.terminal = sys.stderr.isatty()

    def say(self, text):
        print(f"\r\033[K{text}" if self.terminal else text, end="" if self.terminal else "\n",
              file=sys.stderr, flush=True)

    def end(self):
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, options):
        root = Path(__file__).resolve().parents[1]
        binaries = Path(options.binaries) if options.binaries else root / "build/release/bin"
        self.dobsond_program = binaries / "dobsond"
        self.nginx_program = options.nginx
        self.directory = root / "build/bench"
        self.scratch = self.directory / "scratch"
        self.options = options
        self.rows = [row for row in rows.ROWS if not options.rows or row.workload in options.rows]
        self.rounds = options.rounds or (2 if options.quick else 5)
        self.seconds = options.seconds or (0.5 if options.quick else 2.0)
        self.keys = options.keys or (100_000 if options.quick else 1_000_000)
        self.load_program = binaries / "dobson-bench"
        self.generator = servers.Generator(self.load_program, self.keys)
        self.progress = Progress()
        self.prepared = rows.PREPARED // (10 if options.quick else 1)
        self.next_prepared = 0
        names = {row.name for row in self.rows}
        self.open_rows = [row for row in rows.OPEN_ROWS if row.row in names]
        self.overloads = [each for each in rows.OVERLOADS if each.row in names]

    def load(self, workload, **how):
        """Every answer is the expected one, or it fails."""
        done = self.generator.load(self.dobsond, workload, **how)
        if done["errors"]:
            self.dobsond.check_alive()
            raise RuntimeError(f"{workload}: {done['first_error']}")
        return done

    def fill(self, huge=True):
        self.dobsond.make_buckets()
        keys, begin = self.generator.keys, time.monotonic()
        for i in range(LOAD_SLICES if self.dobsond.keys() < keys else 0):
            first, last = (keys * k // LOAD_SLICES for k in (i, i + 1))
            self.load("load", connections=LOAD_CONNECTIONS, first=first, requests=last - first)
            rate = last / (time.monotonic() - begin)
            self.progress.say(f"loading: {last:,} of {keys:,} keys, {rate:,.0f} a second")
        self.load("load_1m", connections=4, requests=16)
        if huge:
            self.load("load_64m", requests=4)

    def touch_keys(self):
        """Reads the whole table once, so that no row meets pages that are not mapped yet
        (docs/adr/0012-names-in-one-flat-table.md)."""
        def drop(reply):
            while reply.read(1 << 20):
                pass
        self.dobsond.ask("GET", "/bench/keys?stream", (200,), receive=drop)

    def make_nginx(self):
        """Its answers are as long as dobsond's."""
        ask = self.dobsond.ask
        directory = self.scratch / "nginx"
        files = directory / "files"
        files.mkdir(parents=True)
        directory.chmod(0o777)  # its worker may be another user
        texts = {"/-/ready": self.ready_bytes(),
                 "/bucket_info": len(ask("GET", "/bench/keys?info=bucket", (200,)))}
        (files / "page").write_bytes(ask("GET", "/bench/keys?max-keys=1000", (200,)))
        (files / "large").write_bytes(os.urandom(rows.LARGE_BYTES))
        (files / "huge").write_bytes(os.urandom(rows.HUGE_BYTES))
        with open(files / "stream", "wb") as file:
            ask("GET", "/bench/keys?stream&prefix=datasets/p00", (200,),
                receive=lambda reply: shutil.copyfileobj(reply, file, 1 << 20))
        return servers.Nginx(self.nginx_program, directory, texts)

    def ready_bytes(self):
        return len(self.dobsond.ask("GET", "/-/ready", (200,)))

    def measure_peer(self, row, peer, how, span):
        if isinstance(peer, rows.Nginx):
            return self.generator.load(self.nginx, peer.workload, path=peer.path, **how, **span)
        if isinstance(peer, rows.Loop):
            return self.generator.loop(peer.name, self.scratch, **span)
        server = {rows.Own: self.dobsond, rows.Dav: self.nginx, rows.Bare: self.bare}[type(peer)]
        return self.generator.load(server, peer.workload, **how, **span)

    def measure(self, row):
        how = {"connections": row.connections, "depth": row.depth}
        span = {"seconds": self.seconds, "warmup": self.seconds / 4}
        self.dobsond.run_on(servers.CORES if row.all_cores else [servers.SERVER_CORE])
        own = self.generator.load(self.dobsond, row.workload, **how,
                                  **(self.prepare(row, how, self.prepared) or span))
        peers = {}
        if not self.options.url:
            peers = {report.label(peer): self.measure_peer(row, peer, how, span)
                     for peer in row.peers}
            self.nginx.check_alive()
        self.dobsond.check_alive()
        if any(isinstance(peer, rows.Dav) for peer in row.peers):
            os.sync()  # what nginx did not, the next row would pay for
        return {"own": own, "peers": peers}

    def prepare(self, row, how, requests):
        """What `row` needs to be there: a span of its own, or none."""
        if not row.prepared:
            return None
        first, self.next_prepared = self.next_prepared, self.next_prepared + requests
        span = {"requests": requests, "first": first}
        self.load(row.prepared, **how, **span)
        return span

    def measure_open(self, row, rate):
        return self.load(row.workload, rate=rate, seconds=self.seconds,
                         connections=OPEN_CONNECTIONS)

    def measure_overload(self, overload, row):
        """The light client comes and goes within the time of the others."""
        closed = self.generator.load(self.dobsond, row.workload, seconds=self.seconds,
                                     warmup=self.seconds / 4, connections=overload.connections,
                                     **{"may-refuse": "true"})
        light = {"connections": 1, "rate": rows.LIGHT_RATE, "may-refuse": "true"}
        alone = self.generator.load(self.dobsond, overload.light, seconds=self.seconds, **light)
        others = self.generator.begin_load(
            self.dobsond, row.workload, rate=2 * report.rate(closed), seconds=1.5 * self.seconds,
            connections=overload.connections, **{"may-refuse": "true"})
        time.sleep(self.seconds / 4)
        beside = self.generator.load(self.dobsond, overload.light, seconds=self.seconds, **light)
        measured = {"alone": alone, "others": others(), "beside": beside, "closed": closed}
        for name, run in measured.items():
            if run["errors"]:
                self.dobsond.check_alive()
                raise RuntimeError(f"overload, {overload.name}, {name}: {run['first_error']}")
        return measured

    def measure_rounds(self):
        results = {row.name: [] for row in self.rows}
        opened = {row.name: [] for row in self.open_rows}
        overloads = {each.name: [] for each in self.overloads}
        with contextlib.ExitStack() as running:
            self.dobsond = running.enter_context(
                servers.Remote(self.options.url) if self.options.url else
                servers.Dobsond(self.dobsond_program, self.scratch / "dobsond"))
            self.fill()
            self.touch_keys()
            if not self.options.url:
                self.nginx = running.enter_context(self.make_nginx())
                self.bare = running.enter_context(
                    servers.Bare(self.load_program, self.scratch, self.ready_bytes()))
                os.sync()
            for i in range(self.rounds):
                for row in self.rows:
                    self.progress.say(f"round {i + 1} of {self.rounds}: {row.name}")
                    results[row.name].append(self.measure(row))
                    closed = results[row.name][-1]["own"]
                    for open_row in self.open_rows:
                        if open_row.row == row.name and not closed["errors"]:
                            self.progress.say(f"round {i + 1} of {self.rounds}: {open_row.name}")
                            opened[open_row.name].append(
                                self.measure_open(row, report.rate(closed) * open_row.part))
                    for overload in self.overloads:
                        if overload.row == row.name and not closed["errors"]:
                            self.progress.say(f"round {i + 1} of {self.rounds}: overload, "
                                              f"{overload.name}")
                            overloads[overload.name].append(
                                self.measure_overload(overload, row))
        return results, opened, overloads

    @contextlib.contextmanager
    def few_keys(self):
        """For servers that run slowly."""
        self.generator.keys = COUNTED_KEYS
        yield
        self.generator.keys = self.keys

    def counted_dobsond(self, settings=()):
        program = self.scratch / "dobsond_without_lines"  # valgrind 3.19 cannot read clang-19's
        subprocess.run(["strip", "--strip-debug", "-o", program, self.dobsond_program], check=True)
        return servers.CountedDobsond(program, self.scratch / "counted", settings)

    def count_instructions(self):
        """User instructions a request of each row, all threads of the server, by callgrind."""
        counts = {}
        with self.few_keys(), self.counted_dobsond() as self.dobsond:
            self.fill(huge=False)
            for row in (row for row in self.rows if row.counted):
                self.progress.say(f"counting instructions: {row.name}")
                how = {"connections": row.connections, "depth": row.depth}
                for counting in (False, True):
                    span = self.prepare(row, how, row.counted) or {"requests": row.counted}
                    if counting:
                        self.dobsond.begin_count()
                    self.load(row.workload, **span, **how)
                counts[row.name] = self.dobsond.end_count() / row.counted
        return counts

    @contextlib.contextmanager
    def scratch_made(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        try:
            yield
        finally:
            self.progress.end()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def run_gate(self):
        with self.scratch_made(), self.few_keys():
            return gate.Gate(self).check(self.options.update)

    def run(self):
        with self.scratch_made():
            counts = {} if self.options.url else self.count_instructions()
            rounds, opened, overloads = self.measure_rounds()
        results = [report.RowResult(row, rounds[row.name], counts.get(row.name))
                   for row in self.rows]
        file = self.directory / "result.json"
        file.write_text(json.dumps({"conditions": self.conditions(), "rounds": rounds,
                                    "open": opened, "overload": overloads,
                                    "instructions": counts}))
        return results, opened, overloads, file

    def conditions(self):
        processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        commit = subprocess.run(["git", "-C", Path(__file__).parent, "describe", "--always",
                                 "--dirty"], capture_output=True, text=True, check=False)
        return {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "commit": commit.stdout.strip(), "kernel": platform.release(),
                "processor": processor[1] if processor else platform.machine(),
                "cores": servers.CORES, "server_core": servers.SERVER_CORE,
                "load_core": servers.LOAD_CORE, "keys": self.keys, "rounds": self.rounds,
                "seconds": self.seconds}


def parse_options():
    parser = argparse.ArgumentParser(prog="tools/bench", description="Measures dobsond beside "
                                     "nginx and bare loops, and prints one table.",
                                     epilog="tools/bench --scale --help: what grows with the "
                                     "number of keys.")
    parser.add_argument("rows", nargs="*", metavar="WORKLOAD", help="only these: "
                        + ", ".join(dict.fromkeys(row.workload for row in rows.ROWS)))
    parser.add_argument("--quick", action="store_true",
                        help="100,000 keys, 2 rounds of half a second: a look, not a figure")
    parser.add_argument("--keys", type=int, help="keys of the bucket (1,000,000)")
    parser.add_argument("--rounds", type=int, help="(5)")
    parser.add_argument("--seconds", type=float, help="of each measurement (2)")
    parser.add_argument("--update", action="store_true",
                        help="write the figures into bench/README.md, or with --gate into "
                        "bench/gate.json")
    parser.add_argument("--gate", action="store_true", help="only what a busy machine does not "
                        "move, compared with bench/gate.json; fails if it has grown")
    parser.add_argument("--binaries", help="directory of dobsond and dobson-bench "
                        "(build/release/bin)")
    parser.add_argument("--url", help="measure the Dobson there, without peers; buckets below "
                        "/bench are made")
    parser.add_argument("--nginx", default="nginx", help="its program")
    return parser.parse_args()


def update(figures, drawing):
    """Figures are the end of the page."""
    page = Path(__file__).with_name("README.md")
    title = "\n## Figures\n"
    page.write_text(f"{page.read_text().partition(title)[0]}{title}\n{figures}\n")
    page.with_name("latency.svg").write_text(drawing)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with their blocks
    bench = Bench(parse_options())
    try:
        if bench.options.gate:
            return bench.run_gate()
        results, opened, overloads, file = bench.run()
    except (RuntimeError, OSError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    figures = report.figures(bench.conditions(), results, opened, overloads)
    drawing = plot.latencies(opened)
    print(figures)
    if bench.options.update:
        update(figures, drawing)
    file.with_name("latency.svg").write_text(drawing)
    print(f"All measurements: {file}, and latency.svg beside it", file=sys.stderr)
    return 1 if any(result.error for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
