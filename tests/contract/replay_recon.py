#!/usr/bin/env python3
"""Replays the recordings of a real Recon against dobsond and compares every answer.

    replay_recon.py DOBSOND [SCENARIO…]

What is expected is the recorded answer, changed by the rules of recon_differences.py. The namespace
that the recordings show is made through the object API. Exit code 1: an answer differs, or a rule
changed nothing.
"""

import collections
import sys
import time

import recon_differences as differences
import recon_recording as recording
import support
from expectation import ANY, compact
from recon.case import BASE, wrong_headers
from recon_differences import Expected


def differing(expected, actual, where="body"):
    """Where two JSON values differ, the order of fields included."""
    if expected is ANY:
        return []
    if isinstance(expected, dict) and isinstance(actual, dict):
        if list(expected) != list(actual):
            return [f"{where}: fields {list(expected)}, got {list(actual)}"]
        return [line for name in expected
                for line in differing(expected[name], actual[name], f"{where}.{name}")]
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return [f"{where}: {len(expected)} elements, got {len(actual)}"]
        return [line for i, pair in enumerate(zip(expected, actual))
                for line in differing(*pair, f"{where}[{i}]")]
    same = type(expected) is type(actual) and expected == actual
    return [] if same else [f"{where}: {expected!r}, got {actual!r}"]


def compare(expected, method, reply, since):
    """Differences as text; none if the answer is right."""
    if reply.status != expected.status:
        return [f"status: {expected.status}, got {reply}"]
    found = wrong_headers(reply, since)
    if reply["Allow"] != expected.allow:
        found.append(f"Allow: {expected.allow}, got {reply['Allow']}")
    if method == "OPTIONS" and expected.status == 200:
        return found + ([f"a body: {reply}"] if reply.body or reply["Content-Type"] else [])
    if expected.status == 204:
        return found + ([f"a body: {reply}"] if reply["Content-Type"] else [])
    if reply["Content-Type"] != "application/json":
        found.append(f"Content-Type: {reply['Content-Type']}")
    if method == "HEAD":
        return found
    if not compact(reply.body):
        found.append(f"not compact: {reply}")
    return found + differing(expected.json, reply.json())


class Expectations:
    """Turns recorded steps into the answers that Dobson owes."""

    def __init__(self):
        self.fired = collections.Counter()  # rule -> steps it changed
        self.listing = next(s for s in recording.load("volumes-buckets") if s.name == "volumes")

    def of(self, step):
        expected = Expected(step)
        expected.every = self.listing.json()
        for rule in differences.RULES:
            before = expected.snapshot()
            rule(step, expected)
            if expected.snapshot() != before:
                self.fired[rule] += 1
                expected.reasons.append(rule.__doc__.partition("\n")[0])
        return expected

    def idle(self):
        return [rule.__name__ for rule in differences.RULES if not self.fired[rule]]


def raw_keys(address, writers):
    """Of all keys that are there or open, by path, once all who write have begun."""
    connection = support.Connection(address)

    def rows(target, name):
        connection.send(support.request_bytes("GET", BASE + target, [("Host", "localhost")]))
        reply = connection.reply()
        return reply.json().get(name, []) if reply.body else []

    deadline = time.monotonic() + support.TIMEOUT_S
    found = []
    while sum(row["isKey"] for row in found) < writers:
        assert time.monotonic() < deadline, found
        query = "includeFso=true&includeNonFso=true&limit=-1"
        found = [row for name in ("nonFSO", "fso") for row in rows("/keys/open?" + query, name)]
    found += [row for place in recording.BUCKETS
              for row in rows(f"/keys/listKeys?startPrefix=/{'/'.join(place)}", "keys")
              if row["path"] not in recording.open_paths()]
    connection.close()
    return {row["path"]: row["key"] for row in found}


def main(program, scenarios):
    since = time.time()
    expectations = Expectations()
    compared, different = 0, 0
    server = support.Server(program)
    writers = []
    try:
        writers = recording.fill(server.addresses["ozone"])
        keys = raw_keys(server.addresses["recon"], len(writers))
        connection = support.Connection(server.addresses["recon"])
        for step in (step for scenario in scenarios for step in recording.load(scenario)):
            expected = expectations.of(step)
            connection.send(step.raw(keys))
            reply = connection.reply(step.method)
            found = compare(expected, step.method, reply, since)
            compared += 1
            if reply["Connection"] == "close":
                connection = support.Connection(server.addresses["recon"])
            if found:
                different += 1
                print(f"DIFFERENT: {step}: {step.method} {step.target}")
                for line in [*found[:10], *expected.reasons]:
                    print("    " + line)
    finally:
        for writer in writers:
            writer.close()
        server.stop()
    idle = expectations.idle() if scenarios == recording.SCENARIOS else []
    for name in idle:
        print(f"IDLE: {name} changed nothing")
    print(f"{compared} steps compared, {different} different; {len(idle)} rules idle")
    return 1 if different or idle else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or recording.SCENARIOS))
