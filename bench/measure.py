#!/usr/bin/env python3
"""Measures dobsond beside its peers, in interleaved rounds; tools/bench builds and calls it.
bench/README.md says what is measured and how."""

import argparse
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

import report
import rows
import servers

LOAD_CONNECTIONS = 256
LOAD_SLICES = 20
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


def load(generator, dobsond, workload, **how):
    done = generator.load(dobsond, workload, **how)
    if done["errors"]:
        dobsond.check_alive()
        raise RuntimeError(f"{workload}: {done['first_error']}")


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

    def fill(self, dobsond, generator):
        dobsond.make_buckets()
        begin = time.monotonic()
        for i in range(LOAD_SLICES):
            first, last = (generator.keys * k // LOAD_SLICES for k in (i, i + 1))
            load(generator, dobsond, "load", connections=LOAD_CONNECTIONS, first=first,
                 requests=last - first)
            rate = last / (time.monotonic() - begin)
            self.progress.say(f"loading: {last:,} of {generator.keys:,} keys, {rate:,.0f} a second")
        load(generator, dobsond, "load_1m", connections=4, requests=16)

    def make_nginx(self, dobsond):
        """Its answers are as long as dobsond's. On the way the whole table is read once, so that
        no row meets pages that are not mapped yet (docs/adr/0012-names-in-one-flat-table.md)."""
        directory = self.scratch / "nginx"
        files = directory / "files"
        files.mkdir(parents=True)
        texts = {"/-/ready": len(dobsond.ask("GET", "/-/ready", 200)),
                 "/bucket_info": len(dobsond.ask("GET", "/bench/keys?info=bucket", 200))}
        page = dobsond.ask("GET", "/bench/keys?max-keys=1000", 200)
        (files / "page").write_bytes(page)
        (files / "large").write_bytes(os.urandom(rows.LARGE_BYTES))
        with open(files / "stream", "wb") as file:
            dobsond.ask("GET", "/bench/keys?stream", 200,
                        receive=lambda reply: shutil.copyfileobj(reply, file, 1 << 20))
        return servers.Nginx(self.nginx_program, directory, texts)

    def measure(self, row, dobsond, nginx):
        how = {"connections": row.connections, "depth": row.depth}
        span = {"seconds": self.seconds, "warmup": self.seconds / 4}
        dobsond.run_on(servers.CORES if row.all_cores else [servers.SERVER_CORE])
        own = self.generator.load(dobsond, row.workload, **how, **span)
        peers = {}
        for peer in row.peers:
            if isinstance(peer, rows.Nginx):
                run = self.generator.load(nginx, peer.workload, path=peer.path, **how, **span)
            elif isinstance(peer, rows.Own):
                run = self.generator.load(dobsond, peer.workload, **how, **span)
            else:
                run = self.generator.loop(peer.name, self.scratch, **span)
            peers[report.label(peer)] = run
        dobsond.check_alive()
        nginx.check_alive()
        return {"own": own, "peers": peers}

    def measure_rounds(self):
        results = {row.name: [] for row in self.rows}
        with servers.Dobsond(self.dobsond_program, self.scratch / "dobsond") as dobsond:
            self.fill(dobsond, self.generator)
            with self.make_nginx(dobsond) as nginx:
                os.sync()
                for i in range(self.rounds):
                    for row in self.rows:
                        self.progress.say(f"round {i + 1} of {self.rounds}: {row.name}")
                        results[row.name].append(self.measure(row, dobsond, nginx))
        return results

    def count_instructions(self):
        """User instructions a request of each row, all threads of the server, by callgrind."""
        counts = {}
        generator = servers.Generator(self.load_program, COUNTED_KEYS)
        program = self.scratch / "dobsond_without_lines"  # valgrind 3.19 cannot read clang-19's
        subprocess.run(["strip", "--strip-debug", "-o", program, self.dobsond_program], check=True)
        with servers.CountedDobsond(program, self.scratch / "counted") as dobsond:
            self.fill(dobsond, generator)
            for row in self.rows:
                self.progress.say(f"counting instructions: {row.name}")
                how = {"connections": row.connections, "depth": row.depth}
                load(generator, dobsond, row.workload, requests=row.counted, **how)
                dobsond.begin_count()
                load(generator, dobsond, row.workload, requests=row.counted, **how)
                counts[row.name] = dobsond.end_count() / row.counted
        return counts

    def run(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        try:
            counts = self.count_instructions()
            rounds = self.measure_rounds()
        finally:
            self.progress.end()
            shutil.rmtree(self.scratch, ignore_errors=True)
        results = [report.RowResult(row, rounds[row.name], counts[row.name])
                   for row in self.rows]
        file = self.directory / "result.json"
        file.write_text(json.dumps({"conditions": self.conditions(), "rounds": rounds,
                                    "instructions": counts}, indent=1))
        return results, file

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
                                     "nginx and bare loops, and prints one table.")
    parser.add_argument("rows", nargs="*", metavar="WORKLOAD", help="only these: "
                        + ", ".join(dict.fromkeys(row.workload for row in rows.ROWS)))
    parser.add_argument("--quick", action="store_true",
                        help="100,000 keys, 2 rounds of half a second: a look, not a figure")
    parser.add_argument("--keys", type=int, help="keys of the bucket (1,000,000)")
    parser.add_argument("--rounds", type=int, help="(5)")
    parser.add_argument("--seconds", type=float, help="of each measurement (2)")
    parser.add_argument("--update", action="store_true",
                        help="write the figures into bench/README.md")
    parser.add_argument("--binaries", help="directory of dobsond and dobson-bench "
                        "(build/release/bin)")
    parser.add_argument("--nginx", default="nginx", help="its program")
    return parser.parse_args()


def update(figures):
    """Figures are the end of the page."""
    page = Path(__file__).with_name("README.md")
    title = "\n## Figures\n"
    page.write_text(f"{page.read_text().partition(title)[0]}{title}\n{figures}\n")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with their blocks
    bench = Bench(parse_options())
    try:
        results, file = bench.run()
    except (RuntimeError, OSError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    figures = report.figures(bench.conditions(), results)
    print(figures)
    if bench.options.update:
        update(figures)
    print(f"All measurements: {file}", file=sys.stderr)
    return 1 if any(result.error for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
