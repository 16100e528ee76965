"""A process of soak.py: CLIENTS clients at once until its standard input ends. Says each second on
standard output, a JSON object a line, what it has done since: operations by name, wrong answers,
and whether it has `settled` what a killed one has left.

usage: soak_worker.py HOST PORT SEED NUMBER [PREDECESSOR]      who was killed
"""

import asyncio
import collections
import hashlib
import json
import random
import sys
import time

from soak_client import TIMEOUT_S, Connection
from soak_mix import Client

CLIENTS = 16
VOLUME = "/soak"


def bucket_of(number):
    return f"{VOLUME}/worker-{number}"


class Worker:
    def __init__(self, address, seed, number):
        draw = random.Random(f"{seed} {number}")
        self.address = address
        self.bucket = bucket_of(number)
        self.clients = [Client(address, self.bucket, f"{i:02}/", random.Random(draw.random()))
                        for i in range(CLIENTS)]
        self.done = collections.Counter()
        self.wrong = []
        self.settled = self.ending = False

    async def run(self, predecessor):
        connection = Connection(self.address)
        await connection.ask("POST", VOLUME)  # or another has made it
        await connection.ask("POST", self.bucket)
        reporting = asyncio.create_task(self.report())
        work = [self.work(client) for client in self.clients]
        asyncio.get_running_loop().add_reader(sys.stdin, self.end)
        await asyncio.gather(self.inherit(predecessor), *work)
        reporting.cancel()
        self.say()

    def end(self):
        self.ending = True
        asyncio.get_running_loop().remove_reader(sys.stdin)

    async def work(self, client):
        while not self.ending:
            try:
                self.done[await client.work()] += 1
            except Exception as failure:  # an answer of another shape than expected is wrong too
                self.wrong.append(f"{client.target(client.prefix)}: {failure!r}")
                self.ending = True

    async def inherit(self, predecessor):
        """Removes what a killed process has left, which must be whole."""
        if predecessor:
            connection = Connection(self.address)
            for client in self.clients:
                was = Client(self.address, bucket_of(predecessor), client.prefix, None)
                await self.empty(connection, was.own_bucket)
                await self.empty(connection, was.own_tree, "&directories=true")
                await self.empty(connection, f"{was.own_volume}/bucket")
                await connection.ask("DELETE", was.own_volume)
            await self.empty(connection, bucket_of(predecessor))
        self.settled = True

    async def empty(self, connection, bucket, more=""):
        """Until it can be deleted: the last requests of a killed client may still be under way."""
        deadline = time.monotonic() + TIMEOUT_S
        while (await connection.ask("DELETE", bucket)).status not in (200, 404):
            if time.monotonic() > deadline:
                self.wrong.append(f"{bucket} does not become empty")
                return
            page = await connection.ask("GET", f"{bucket}?max-keys=1024{more}")
            for row in reversed(json.loads(page.body)["keyList"]):  # children before directories
                await self.remove(connection, f"{bucket}/{row['keyName']}")

    async def remove(self, connection, key):
        if key.endswith("/"):
            await connection.ask("DELETE", key)
            return
        content = await connection.ask("GET", key)
        md5 = hashlib.md5(content.body)
        etags = f'"{md5.hexdigest()}"', f'"{hashlib.md5(md5.digest()).hexdigest()}-1"'
        if content.status != 200 or content.headers["etag"] not in etags:
            self.wrong.append(f"{key} of a killed client: {content.status}")
        await connection.ask("DELETE", key)

    async def report(self):
        while True:
            await asyncio.sleep(1)
            self.say()

    def say(self):
        print(json.dumps({"done": self.done, "wrong": self.wrong, "settled": self.settled}),
              flush=True)
        self.done.clear()
        self.wrong.clear()


def main():
    host, port, seed, number, *predecessor = sys.argv[1:]
    worker = Worker((host, int(port)), seed, number)
    asyncio.run(worker.run(*predecessor or [None]))


if __name__ == "__main__":
    main()
