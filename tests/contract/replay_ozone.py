#!/usr/bin/env python3
"""Replays the recordings of the original server against dobsond and compares every answer.

    replay_ozone.py DOBSOND [SCENARIO…]

What is expected is the recorded answer, changed by the rules of differences.py and the rows of
differences_table.py. Exit code 1: an answer differs, or a rule or row changed nothing.
"""

import collections
import sys
import time

import differences
import page
import recording
import support
from differences_table import TABLE
from expectation import Answer, compare
from ledger import Ledger


class Expectations:
    """Turns recorded steps, in order, into the answers that Dobson owes."""

    def __init__(self):
        self.ledger = Ledger()
        self.fired = collections.Counter()  # rule or row -> steps it changed

    def of(self, step):
        answer = recorded_answer(step)
        row = next((r for r in TABLE.get(step.scenario, ()) if r[0] == step.index), None)
        if row:
            assert row[1] == step.name, f"{step} is not {row[1]}"
            self._change((step.scenario, *row[:2]), row[2], row[3], step, answer)
            assert step.mark.get("status", answer.status) == answer.status, step
        for rule in differences.RULES:
            if not (row and rule is differences.marked):
                self._change(rule.__name__, rule, rule.__doc__, step, answer)
        if answer.status in (200, 201):
            self.ledger.apply(step.request)
        return answer

    def _change(self, name, effect, reason, step, answer):
        before = answer.snapshot()
        effect(step, answer, self.ledger)
        if answer.snapshot() != before:
            self.fired[name] += 1
            answer.reasons.append(reason)

    def idle(self, scenarios):
        """Rules and rows of these scenarios that explained nothing."""
        rows = [(scenario, *row[:2]) for scenario in scenarios for row in TABLE.get(scenario, ())]
        rules = [rule.__name__ for rule in differences.RULES]
        return [name for name in rows + rules if not self.fired[name]]


def recorded_answer(step):
    response = step.response
    if "status" not in response:  # the original closed the connection without an answer
        return Answer(None, {})
    json = response.get("json")
    body = b"" if json is not None else recording.body_of(response) or b""
    headers = {name: value for name, value in response["headers"].items()}
    for name in headers.keys() & recording.VOLATILE:
        headers[name] = differences.ANY
    if json is not None or step.request.method == "HEAD" and response["status"] >= 400:
        headers["Content-Length"] = differences.ANY
    return Answer(response["status"], headers, json, body, bool(response.get("interim")))


class Player:
    """Sends steps to a server, on one connection as long as the server keeps it."""

    def __init__(self, address):
        self.address = address
        self.connection = None

    def load(self, request):
        reply = self.play(request)
        assert reply.status == 201, f"{request.method} {request.target}: {reply}"

    def play(self, request):
        self.connection = self.connection or support.Connection(self.address)
        head, _, body = request.raw.partition(b"\r\n\r\n")
        if request.waits:
            self.connection.send(head + b"\r\n\r\n")
            return self._reply(request, lambda: self.connection.send(body))
        self.connection.send(request.raw)
        if request.cut_short:
            self.connection.half_close()
        return self._reply(request, None)

    def _reply(self, request, interim):
        reply = self.connection.reply(request.method, interim)
        if reply is None or reply["Connection"] == "close":
            self.ended, self.connection = self.connection, None
        return reply

    def closes(self):
        with_end = self.ended.at_end()
        self.ended.close()
        return with_end

    def new_connection(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def own_service(step, reply, address):
    """§4.1: where it listens, and alone."""
    if step.request.method == "HEAD" or reply.status != 200:
        return []
    want = [{"nodeType": "DATANODE", "hostname": "localhost",
             "ports": {"HTTP": address[1]}}]
    return [] if reply.json() == want else [f"services: expected {want}, got {reply.json()}"]


def replay(scenario, player, expectations, since, report):
    """Plays one scenario. Returns the number of steps compared and found different."""
    for request in recording.setup(scenario):
        player.load(request)
        expectations.ledger.apply(request)
    counts = collections.Counter()
    for step in recording.load(scenario):
        if step.request.raw.startswith((b"HELLO", b"GET /cvol?info=volume")):
            player.new_connection()  # framing is in doubt
        expected = expectations.of(step)
        try:
            reply = player.play(step.request)
            found = compare(expected, reply, since, player.closes)
            if step.request.target.startswith("/serviceList") and reply:
                found += own_service(step, reply, player.address)
        except (AssertionError, OSError, ValueError) as error:
            found = [f"{type(error).__name__}: {error}"]
            player.new_connection()
        if "pipelined" in step.name:
            player.new_connection()  # the second answer is compared in the rules of the wire
        counts["compared"] += 1
        if found:
            counts["different"] += 1
            report(f"DIFFERENT: {step}")
            for line in [f"{step.request.raw[:300]!r}", *found, *expected.reasons]:
                report("    " + line)
    return counts


def main(program, scenarios):
    counts = collections.Counter()
    expectations = Expectations()
    since = time.time()
    server = support.Server(program)
    try:
        player = Player(server.address)
        for scenario in scenarios:
            counts += replay(scenario, player, expectations, since, print)
    finally:
        server.stop()
    idle = expectations.idle(scenarios)
    for name in idle:
        print(f"IDLE: {name} changed nothing")
    print(f"{counts['compared']} steps compared, {counts['different']} different; "
          f"{len(idle)} rules idle")
    return 1 if counts["different"] or idle else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or recording.SCENARIOS))
