#!/usr/bin/env python3
"""What grows with the number of keys: stores of several sizes, made by `dobsonctl generate`, served
side by side and measured in interleaved rounds. tools/bench --scale builds and calls it, and
--scale --recon for the pages of Recon."""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import report
import servers

ROUNDS, SECONDS, WARMUP_S = 5, 2.0, 0.5
API = "/api/v1"
MIN_KEYS = 2000  # that the generator takes, whatever it asks for


@dataclass(frozen=True)
class Row:
    workload: str
    connections: int
    path: str = ""             # below /api/v1 of Recon; the workload is `path`
    beside_nginx: bool = False  # that serves a file of the answer's bytes

    @property
    def name(self):
        return f"{self.path or self.workload}, {self.connections} connections"

    def has_same_answer(self):
        """Of as many rows, however large the store is."""
        return not self.beside_nginx


def recon(path, **how):
    return Row("path", how.pop("connections", 1), path, **how)


KEY_ROWS = (Row("info_key", 1), Row("info_key", 64), Row("list_1k", 1), Row("list_1k", 8),
            Row("bucket_info", 64))

VOLUME, BUCKET = "volume-000", "volume-000/bucket-0000"
RECON_ROWS = (
    *(recon(f"/namespace/{page}?path={path}") for path in ("/", f"/{VOLUME}")
      for page in ("summary", "usage", "quota", "dist")),
    recon(f"/namespace/usage?path=/{servers.WIDE}&files=true&sortSubPaths=true"),
    recon("/clusterState"),
    recon("/containers?limit=1000", connections=8, beside_nginx=True),
    recon("/containers?limit=1000000", beside_nginx=True),
    recon(f"/keys/listKeys?startPrefix=/{BUCKET}&limit=1000000", beside_nginx=True),
)


@dataclass
class Store:
    keys: int
    data: Path
    figures: dict = field(default_factory=dict)  # name: text
    runs: dict = field(default_factory=dict)     # row: what each round measured
    beside: dict = field(default_factory=dict)   # row: nginx in each round


class Scale:
    def __init__(self, options):
        root = Path(__file__).resolve().parents[1]
        self.binaries = Path(options.binaries or root / "build/release/bin")
        self.kept = options.data is not None
        self.directory = Path(options.data or root / "build/bench/scale")
        self.stores = [Store(keys, self.directory / f"{keys}-keys" / "data")
                       for keys in options.keys]
        self.rows = RECON_ROWS if options.recon else KEY_ROWS
        self.recon = options.recon
        self.nginx_program = options.nginx
        self.generator = servers.Generator(self.binaries / "dobson-bench", 0)

    def run(self):
        try:
            for store in self.stores:
                self.generate(store)
            if self.recon:
                self.widen_stores()
            self.measure_rounds()
            for store in self.stores if not self.recon else ():
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
        with self.serve(store) as server:
            server.wait_until_purged()
        size = (store.data / "state" / "data.mdb").stat().st_blocks * 512
        store.figures["disk"] = f"{size / 1e9:.2f} GB, {size / store.keys:.0f} bytes a key"

    def serve(self, store):
        return servers.Generated(self.binaries / "dobsond", store.data)

    def widen_stores(self):
        for store in self.stores:
            with self.serve(store) as server:
                server.make_wide_directory()

    def measure_rounds(self):
        for number in range(ROUNDS):
            for store in self.stores:
                print(f"round {number + 1} of {ROUNDS}: {store.keys:,} keys", file=sys.stderr)
                with self.serve(store) as server:
                    for row in self.rows:
                        store.runs.setdefault(row, []).append(self.measure(row, server, store))
                        if row.beside_nginx:
                            store.beside.setdefault(row, []).append(self.measure_nginx(row, server))
                    server.check_alive()
                    store.figures["memory"] = f"{server.own_bytes() / 1e6:.0f} MB"

    def measure(self, row, server, store):
        span = {"connections": row.connections, "seconds": SECONDS, "warmup": WARMUP_S}
        if row.path:
            return self.generator.load(server.recon, row.workload, path=API + row.path,
                                       keys=store.keys, **span)
        return self.generator.load(server, row.workload, keys=store.keys, generated="true", **span)

    def measure_nginx(self, row, server):
        """With sendfile and without; the faster one counts."""
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            directory.chmod(0o755)  # its worker may be another user
            (directory / "files").mkdir()
            with open(directory / "files" / "answer", "wb") as file:
                server.recon.ask("GET", API + row.path, (200,),
                                 receive=lambda reply: shutil.copyfileobj(reply, file, 1 << 20))
            with servers.Nginx(self.nginx_program, directory, {}) as nginx:
                runs = [self.generator.load(nginx, "path", path=f"/{how}/answer",
                                            connections=row.connections, keys=MIN_KEYS,
                                            seconds=SECONDS, warmup=WARMUP_S)
                        for how in ("sendfile", "copy")]
        return max(runs, key=lambda run: report.rate(run, "bytes"))

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
        for row in self.rows:
            cells = [self.cell(store, row) for store in self.stores]
            lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
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
        text = (f"{report.number(rate)}/s, p50 {middle['p50_ns'] / 1000:,.0f} us, "
                f"p99 {middle['p99_ns'] / 1000:,.0f} us")
        if row.beside_nginx:
            of_nginx = median(report.rate(run, "bytes") / report.rate(nginx, "bytes")
                              for run, nginx in zip(store.runs[row], store.beside[row]))
            text += f", {of_nginx:.2f} x nginx"
        return text if not row.has_same_answer() else f"{text} ({ratio:.2f} x)"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with their blocks
    parser = argparse.ArgumentParser(prog="tools/bench --scale", description=__doc__)
    parser.add_argument("keys", type=int, nargs="+",
                        help="of each store, 100,000 and more; for --recon 10,000")
    parser.add_argument("--recon", action="store_true", help="the pages of Recon")
    parser.add_argument("--nginx", default="nginx", help="its program")
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
