"""From measured rounds to the table, and whether the floors hold."""

from statistics import median


def label(peer):
    kind = type(peer).__name__.lower()
    return f"{kind} {next(iter(vars(peer).values()))}"


def rate(measured, compared="requests"):
    counted = "done" if compared == "requests" else "bytes"
    return measured[counted] * 1e9 / measured["elapsed_ns"]


def cpu_us(measured):
    return measured["cpu_ns"] / 1e3 / measured["done"]


def best_peer(row, round_):
    return max(round_["peers"], key=lambda name: rate(round_["peers"][name], row.compared))


def first_error(rounds):
    runs = [run for round_ in rounds for run in (round_["own"], *round_["peers"].values())]
    return next((run["first_error"] for run in runs if run["errors"]), None)


def number(value):
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(values):
    return f"{number(min(values))} - {number(max(values))}"


class RowResult:
    """One row over all rounds: medians, and ratios taken within each round."""

    def __init__(self, row, rounds, instructions):
        self.row, self.rounds, self.instructions = row, rounds, instructions
        self.error = first_error(rounds)
        self.ratios = self.cpu_ratios = []
        if self.error:
            return
        own = [round_["own"] for round_ in rounds]
        if not rounds[0]["peers"]:
            return
        best = [round_["peers"][best_peer(row, round_)] for round_ in rounds]
        self.ratios = [rate(a, row.compared) / rate(b, row.compared) for a, b in zip(own, best)]
        self.cpu_ratios = [cpu_us(a) / cpu_us(b) for a, b in zip(own, best)]

    def misses(self):
        row = self.row
        if self.error:
            return [f"failed: {self.error}"]
        misses = []
        if not self.ratios:
            return misses
        if row.floor and median(self.ratios) < row.floor:
            misses.append("ratio")
        if row.cpu_ceiling and median(self.cpu_ratios) > row.cpu_ceiling:
            misses.append("CPU")
        if row.instructions_ceiling and self.instructions and self.instructions > row.instructions_ceiling:
            misses.append("instructions")
        return misses

    def verdict(self):
        goals = self.ratios and (self.row.floor or self.row.cpu_ceiling) or self.error
        return ", ".join(self.misses()) or ("yes" if goals else "")

    def cells(self):
        row = self.row
        name = [row.name, str(row.connections)]
        if self.error:
            return [*name, *[""] * 10, self.verdict()]
        cpu = number(median(cpu_us(round_["own"]) for round_ in self.rounds))
        if not self.ratios:
            return [*name, *measured_cells([round_["own"] for round_ in self.rounds]),
                    *[""] * 7]
        if label(row.peers[0]).startswith("nginx"):
            cpu += f" ({median(self.cpu_ratios):.2f} x)"
        peers = sorted({best_peer(row, round_) for round_ in self.rounds})
        return [*name, *measured_cells([round_["own"] for round_ in self.rounds]), cpu,
                number(self.instructions) if self.instructions else "", ", ".join(peers),
                f"{median(self.ratios):.2f} ({min(self.ratios):.2f} - {max(self.ratios):.2f})",
                str(row.floor or ""), str(row.aim or ""), self.verdict()]


def measured_cells(runs):
    rates = [rate(run) for run in runs]
    return [number(median(rates)), spread(rates),
            number(median(rate(run, "bytes") for run in runs) / 1e6),
            *(number(median(run[part] for run in runs) / 1e6) for part in ("p50_ns", "p99_ns"))]


def figures(conditions, results, opened, overloads):
    return (f"{conditions['time']}, {conditions['commit']}. {conditions['processor']}, "
            f"{len(conditions['cores'])} cores, Linux {conditions['kernel']}; server on core "
            f"{conditions['server_core']}, load on core {conditions['load_core']}. "
            f"{conditions['keys']:,} keys, medians of {conditions['rounds']} rounds of "
            f"{conditions['seconds']:g} s, ratios within a round.\n\n"
            f"{table(results)}\n\n{peer_table(results)}\n\n{open_table(opened)}\n\n"
            f"{overload_table(overloads)}")


MEASURED = ["requests/s", "spread", "MB/s", "p50 ms", "p99 ms", "CPU us"]


def table(results):
    head = ["row", "conns", *MEASURED, "instr", "peer", "ratio (spread)", "floor", "aim", "holds"]
    return align([head, *(result.cells() for result in results)])


def peer_table(results):
    """The peers themselves, each beside the row that it was measured with."""
    lines = []
    for result in results:
        if result.error:
            continue
        for name in result.rounds[0]["peers"]:
            runs = [round_["peers"][name] for round_ in result.rounds]
            lines.append([result.row.name, name, *measured_cells(runs),
                          number(median(cpu_us(run) for run in runs))])
    return align([["row", "peer", *MEASURED], *lines])


def open_table(opened):
    """Latencies from when a request was due; medians over rounds."""
    lines = [["row, part of its rate", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "longest ms",
              "unsent"]]
    for name, runs in opened.items():
        parts = [number(median(run[part] for run in runs) / 1e6)
                 for part in ("p50_ns", "p99_ns", "p999_ns", "max_ns")]
        lines.append([name, number(median(rate(run) for run in runs)), *parts,
                      str(max(run["unsent"] for run in runs))])
    return align(lines)


def served(measured):
    return (measured["done"] - measured["refused"]) * 1e9 / measured["elapsed_ns"]


def overload_table(overloads):
    """Medians over rounds: what is served of twice what could be, and what a light client feels."""
    lines = [["at twice the rate", "served/s", "of closed loop", "refused/s", "p99 ms",
              "light alone, p99 ms", "light beside, p99 ms", "light refused"]]
    for name, runs in overloads.items():
        others = [run["others"] for run in runs]
        lines.append([
            name, number(median(served(run) for run in others)),
            f"{median(served(run['others']) / served(run['closed']) for run in runs):.2f}",
            number(median(run["refused"] * 1e9 / run["elapsed_ns"] for run in others)),
            *(number(median(run[part]["p99_ns"] for run in runs) / 1e6)
              for part in ("others", "alone", "beside")),
            f"{median(run['beside']['refused'] / run['beside']['done'] for run in runs):.0%}"])
    return align(lines)


def align(lines):
    """A table of Markdown that can be read as it is; the first two columns are names."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
                     for line in lines)
