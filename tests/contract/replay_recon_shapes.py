#!/usr/bin/env python3
"""Compares dobsond with the recordings of a real Recon whose values cannot come about here: of five
storage nodes, three copies, nodes that died.

    replay_recon_shapes.py DOBSOND [SCENARIO…]

Each answer must have the recorded status, and the recorded fields in their order and of their types;
of rows, each recorded one is held against the first one here. One storage node is dead here, a
container has lost its file, and another one has bytes that are not right. Exit code 1: an answer
differs, a rule of recon_shape_differences.py changed nothing, or rows were never compared.
"""

import collections
import os
import re
import shutil
import sys
import tempfile
import time

import recon_recording as recording
import recon_shape_differences as differences
import support
from expectation import ANY, compact
from recon.case import BASE, wrong_headers
from recon_differences import Expected

SCENARIOS = ["containers", "cluster-healthy", "unhealthy-healthy", "nodes-stale",
             "unhealthy-degraded", "cluster-degraded", "nodes-two-dead", "nodes-two-dead-one-stale",
             "datanodes-remove", "unhealthy-over-replicated", "decommission"]
ALIVE = "f04ff9db-f80b-47df-a2d1-06f95c54eff1"  # as recorded, and so is the dead one
DEAD = "39f2e682-5d42-4f5c-845f-65bd9a8cda3a"
SETTINGS = ["nodes.stale_after=1 s", "nodes.dead_after=2 s", "blocks.container_size=16 MiB",
            "blocks.check_interval=1 s", "blocks.scrub_interval=1 s", "blocks.delete_delay=1 h"]
DELETED = 4  # keys


class Shapes:
    """`compared`, `unseen`: lists whose rows were compared, and those with recorded rows alone."""

    def __init__(self):
        self.compared = set()
        self.unseen = set()

    def differing(self, recorded, ours, where):
        """Where two JSON values have other fields or types; null is of any."""
        if recorded is ANY or recorded is None or ours is None:
            return []
        if type(recorded) is not type(ours):
            return [f"{where}: {recorded!r:.100}, got {ours!r:.100}"]
        if isinstance(recorded, dict):
            if list(recorded) != list(ours):
                return [f"{where}: fields {list(recorded)}, got {list(ours)}"]
            return [line for name in recorded
                    for line in self.differing(recorded[name], ours[name], f"{where}.{name}")]
        if isinstance(recorded, list):
            where += "[]"
            if recorded:
                (self.compared if ours else self.unseen).add(where)
            pairs = [(row, ours[0]) for row in recorded if ours]
            pairs += [(ours[0], row) for row in ours[1:]]
            return [line for pair in pairs for line in self.differing(*pair, where)]
        return []


class World:
    """A server that has what is compared."""

    def __init__(self, program):
        self.program = program
        self.directory = tempfile.mkdtemp(prefix="shapes-")
        self.server = None
        self.writers = []
        self.ours = {}  # by the recorded uuid

    def __enter__(self):
        return self

    def make(self):
        self.start("dead")
        self.start("alive")
        self.writers = recording.fill(self.server.addresses["ozone"])
        self.until("/containers/1/replicaHistory", bool)
        os.remove(self.file_of(1))
        with open(self.file_of(2), "r+b") as file:
            file.seek(50_000)
            file.write(b"\xff" * 100)
        unhealthy = self.until("/containers/unhealthy", lambda page: (
            page["missingCount"], page["underReplicatedCount"]) == (1, 1))
        assert len(unhealthy["containers"]) == 2, unhealthy
        self.delete_keys()
        page = self.until("/datanodes", lambda page: {
            node["state"] for node in page["datanodes"]} == {"HEALTHY", "DEAD"})
        uuids = {node["state"]: node["uuid"] for node in page["datanodes"]}
        self.ours = {ALIVE: uuids["HEALTHY"], DEAD: uuids["DEAD"]}

    def __exit__(self, *_):
        for writer in self.writers:
            writer.close()
        if self.server:
            self.server.stop()
        shutil.rmtree(self.directory)

    def start(self, node):
        """The server of before had another storage node: it dies."""
        if self.server:
            self.server.stop()
        nodes = f"blocks.nodes={os.path.join(self.directory, node)}"
        self.server = support.Server(self.program, [nodes, *SETTINGS], directory=self.directory)

    def delete_keys(self):
        """Of container 3: those before are closed."""
        connection = support.Connection(self.server.addresses["ozone"])
        for number in range(DELETED):
            for method, body, status in (("PUT", b"bytes", 201), ("DELETE", None, 200)):
                connection.send(support.request_bytes(method, f"/volc/many/deleted{number}",
                                                      recording.STANDARD, body))
                reply = connection.reply()
                assert reply.status == status, reply
        connection.close()
        self.until("/pendingDeletion?component=scm",
                   lambda page: page["totalBlocksCount"] == DELETED)

    def file_of(self, container):
        return os.path.join(self.directory, "alive", f"{container:016x}.container")

    def until(self, target, is_right):
        deadline = time.monotonic() + support.TIMEOUT_S
        connection = support.Connection(self.server.addresses["recon"])
        page = None
        while page is None or not is_right(page):
            assert time.monotonic() < deadline, page
            connection.send(support.request_bytes("GET", BASE + target, [("Host", "localhost")]))
            page = connection.reply().json()
        connection.close()
        return page


def steps(scenario, ours):
    """`ours`: uuids here, by the recorded ones."""
    for step in recording.load(scenario):
        step.volatile = ()  # of their values nothing is compared
        for theirs, uuid in ours.items():
            step.target = step.target.replace(theirs, uuid)
            step.body = step.body and step.body.replace(theirs.encode(), uuid.encode())
            step.response["body"] = step.response["body"].replace(theirs, uuid)
        yield step


def expectation(step, fired):
    expected = Expected(step)
    expected.route = re.sub("/[0-9]+/", "/N/", expected.route)
    expected.text = step.response["body"].splitlines()[0]  # if it is none of JSON
    for rule in differences.RULES:
        before = expected.snapshot()
        rule(step, expected)
        if expected.snapshot() != before:
            fired[rule] += 1
            expected.reasons.append(rule.__doc__.partition("\n")[0])
    return expected


def compare(expected, reply, shapes, since):
    """Differences as text; none if the answer is right."""
    if reply.status != expected.status:
        return [f"status: {expected.status}, got {reply}"]
    found = wrong_headers(reply, since)
    if expected.json is None:
        got = reply["Content-Type"], reply.body.decode().splitlines()[0]
        return found + ([f"got {reply}"] if got != ("text/csv", expected.text) else [])
    if reply["Content-Type"] != "application/json" or not compact(reply.body):
        return [*found, f"no compact JSON: {reply}"]
    return found + shapes.differing(expected.json, reply.json(), expected.route)


def main(program, scenarios):
    since = time.time()
    fired, shapes = collections.Counter(), Shapes()
    compared, different = 0, 0
    with World(program) as world:
        world.make()
        connection = support.Connection(world.server.addresses["recon"])
        for step in (step for scenario in scenarios for step in steps(scenario, world.ours)):
            expected = expectation(step, fired)
            connection.send(step.raw({}))
            found = compare(expected, connection.reply(step.method), shapes, since)
            compared += 1
            if found:
                different += 1
                print(f"DIFFERENT: {step}: {step.method} {step.target}")
                for line in [*dict.fromkeys(found), *expected.reasons]:
                    print("    " + line)
    idle, unseen = [], set()
    if scenarios == SCENARIOS:
        idle = [rule.__name__ for rule in differences.RULES if not fired[rule]]
        unseen = (shapes.unseen - shapes.compared) ^ set(differences.NEVER)
    for name in idle:
        print(f"IDLE: {name} changed nothing")
    for where in sorted(unseen):
        print(f"UNSEEN, or seen against expectation: rows of {where}")
    print(f"{compared} steps compared, {different} different; {len(shapes.compared)} lists of rows; "
          f"{len(idle)} rules idle")
    return 1 if different or idle or unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or SCENARIOS))
