"""What a request costs in figures that a busy machine hardly moves, beside what they were when they
were last accepted: user instructions, system calls, bytes written to files."""

import contextlib
import json
import signal
import subprocess
from pathlib import Path

import report
import rows
import servers

FILE = Path(__file__).with_name("gate.json")
TOLERANCE = {"instructions": 0.10, "syscalls": 0.10, "written": 0.30}
# How often threads wait for each other is a matter of the machine's other work.
WAITS = "futex,sched_yield,epoll_wait,epoll_ctl,timerfd_settime,restart_syscall"
# So that what a delete leaves to later is always counted with it.
PURGES_AT_ONCE = ("blocks.delete_delay=0 s",)


class NotPermitted(Exception):
    """Some containers let no process trace another."""


@contextlib.contextmanager
def traced(pid, log):
    """Counts the system calls of a process but WAITS while it lasts, into `log`."""
    strace = subprocess.Popen(["strace", "-f", "-c", "-U", "calls,name", "-e", f"trace=!{WAITS}",
                               "-o", log, "-p", str(pid)], stderr=subprocess.PIPE, text=True)
    said = strace.stderr.readline()
    if "attached" not in said:
        strace.communicate()
        raise NotPermitted(said.strip())
    yield
    strace.send_signal(signal.SIGINT)
    strace.communicate()


def calls_in(log):
    total, = (line for line in log.read_text().splitlines() if line.endswith(" total"))
    return int(total.split()[0])


def written_by(pid):
    """Bytes that it has handed to write calls on files."""
    fields = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(fields["wchar"])


class Gate:
    """`bench` knows the programs, and fills servers."""

    def __init__(self, bench):
        self.bench = bench
        self.log = bench.scratch / "strace"

    def each(self, dobsond, count):
        """`count(run)` of each workload, where `run()` sends its requests; divided by their number."""
        self.bench.dobsond = dobsond
        self.bench.fill(huge=False)
        counted = {}
        for workload, requests in rows.GATED.items():
            self.bench.progress.say(f"counting: {workload}")
            deletes = workload == "delete"
            row = rows.Row(workload, workload, 1, (), prepared="load_doomed" if deletes else None)
            for counting in (False, True):
                span = self.bench.prepare(row, {}, requests) or {"requests": requests}

                def run():
                    self.bench.load(workload, **span)
                    if deletes:
                        dobsond.wait_until_purged()

                if counting:
                    counts = count(dobsond, run)
                    counted[workload] = {name: value / requests for name, value in counts.items()}
                else:
                    run()
        return counted

    def instructions(self, dobsond, run):
        dobsond.begin_count()
        run()
        return {"instructions": dobsond.end_count()}

    def calls(self, dobsond, run):
        before = written_by(dobsond.pid)
        with traced(dobsond.pid, self.log):
            run()
        return {"syscalls": calls_in(self.log), "written": written_by(dobsond.pid) - before}

    def measure(self):
        with self.bench.counted_dobsond(PURGES_AT_ONCE) as dobsond:
            counted = self.each(dobsond, self.instructions)
        with servers.Dobsond(self.bench.dobsond_program, self.bench.scratch / "dobsond",
                             PURGES_AT_ONCE) as dobsond:
            try:
                for workload, counts in self.each(dobsond, self.calls).items():
                    counted[workload] |= counts
            except NotPermitted as reason:
                print(f"System calls and bytes are not counted here: {reason}")
        return counted

    def check(self, update):
        """Prints a table; how many figures have grown beyond their tolerance."""
        counted = self.measure()
        if update:
            FILE.write_text(json.dumps(counted, indent=1) + "\n")
        accepted = json.loads(FILE.read_text())
        lines = [["workload", "of a request", "accepted", "now", "ratio", "at most", "holds"]]
        grown = 0
        for workload, figures in counted.items():
            for name, now in figures.items():
                was = accepted[workload][name]
                most = was * (1 + TOLERANCE[name]) + 1
                ratio = f"{now / was:.3f}" if was else ""
                lines.append([workload, name, report.number(was), report.number(now), ratio,
                              report.number(most), "yes" if now <= most else "NO"])
                grown += now > most
        print(report.align(lines))
        if grown:
            print(f"{grown} figures have grown. Find the change that did it; if it is worth that, "
                  "accept them: tools/bench --gate --update")
        return grown
