#!/usr/bin/env python3
"""What grows with the number of keys: stores of several sizes, made by `dobsonctl generate`, served
side by side and measured in interleaved rounds. tools/bench --scale builds and calls it."""

import argparse
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import report
import servers

ROUNDS, SECONDS, WARMUP_S = 5, 2.0, 0.5

# What is asked, over how many connections.
ROWS = (("info_key", 1), ("info_key", 64), ("list_1k", 1), ("list_1k", 8), ("bucket_info", 64))


@dataclass
class Store:
    keys: int
    data: Path
    figures: dict = field(default_factory=dict)  # name: text
    runs: dict = field(default_factory=dict)     # row: what each round measured


class Scale:
    def __init__(self, options):
        root = Path(__file__).resolve().parents[1]
        self.binaries = Path(options.binaries or root / "build/release/bin")
        self.kept = options.data is not None
        self.directory = Path(options.data or root / "build/bench/scale")
        self.stores = [Store(keys, self.directory / f"{keys}-keys" / "data")
                       for keys in options.keys]

    def run(self):
        try:
            for store in self.stores:
                self.generate(store)
            self.measure_rounds()
            for store in self.stores:
                self.measure_starts(store)
                self.verify(store)
        finally:
            if not self.kept:
                shutil.rmtree(self.directory, ignore_errors=True)
        print(self.table())

    def timed(self, command):
        begun = time.monotonic()
        subprocess.run([self.binaries / "dobsonctl", *command], check=True, stdout=sys.stderr)
        return f"{time.monotonic() - begun:.1f} s"

    def generate(self, store):
        if not store.data.exists():
            store.data.parent.mkdir(parents=True)
            store.figures["generate"] = self.timed(["generate", store.data, "--keys",
                                                    str(store.keys)])
        size = (store.data / "state" / "data.mdb").stat().st_blocks * 512
        store.figures["disk"] = f"{size / 1e9:.2f} GB, {size / store.keys:.0f} bytes a key"

    def serve(self, store):
        return servers.Generated(self.binaries / "dobsond", store.data)

    def measure_rounds(self):
        generator = servers.Generator(self.binaries / "dobson-bench", 0)
        for number in range(ROUNDS):
            for store in self.stores:
                print(f"round {number + 1} of {ROUNDS}: {store.keys:,} keys", file=sys.stderr)
                with self.serve(store) as server:
                    for row in ROWS:
                        store.runs.setdefault(row, []).append(generator.load(
                            server, row[0], keys=store.keys, connections=row[1],
                            generated="true", seconds=SECONDS, warmup=WARMUP_S))
                    server.check_alive()
                    store.figures["memory"] = f"{server.own_bytes() / 1e6:.0f} MB"

    def measure_starts(self, store):
        for name, how in (("start after kill -9", signal.SIGKILL),
                          ("start after SIGTERM", signal.SIGTERM)):
            times = []
            for _ in range(ROUNDS):
                with self.serve(store) as server:
                    server.stop(how)
                with self.serve(store) as server:
                    times.append(server.start_s)
            store.figures[name] = f"{median(times) * 1000:.0f} ms"

    def verify(self, store):
        store.figures["verify"] = self.timed(["verify", store.data])

    def table(self):
        """Rates and latencies are medians over rounds; ratios are of p50 within a round."""
        lines = ["| | " + " | ".join(f"{store.keys:,} keys" for store in self.stores) + " |",
                 "| --- |" + " --- |" * len(self.stores)]
        for name in dict.fromkeys(name for store in self.stores for name in store.figures):
            cells = [store.figures.get(name, "") for store in self.stores]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        for row in ROWS:
            cells = [self.cell(store, row) for store in self.stores]
            lines.append(f"| {row[0]}, {row[1]} connections | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def cell(self, store, row):
        error = next((run["first_error"] for run in store.runs[row] if run["errors"]), None)
        if error:
            return f"failed: {error}"
        middle = {name: median(run[name] for run in store.runs[row])
                  for name in ("p50_ns", "p99_ns")}
        ratio = median(run["p50_ns"] / base["p50_ns"] for run, base
                       in zip(store.runs[row], self.stores[0].runs[row]))
        rate = median(report.rate(run) for run in store.runs[row])
        return (f"{report.number(rate)}/s, p50 {middle['p50_ns'] / 1000:,.0f} us, "
                f"p99 {middle['p99_ns'] / 1000:,.0f} us ({ratio:.2f} x)")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with their blocks
    parser = argparse.ArgumentParser(prog="tools/bench --scale", description=__doc__)
    parser.add_argument("keys", type=int, nargs="+", help="of each store, 100,000 and more")
    parser.add_argument("--data", help="directory where the stores are, or will be, and stay")
    parser.add_argument("--binaries", help="directory of the programs (build/release/bin)")
    try:
        Scale(parser.parse_args()).run()
    except (RuntimeError, OSError, subprocess.CalledProcessError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
