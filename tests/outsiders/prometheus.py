#!/usr/bin/env python3
"""A Prometheus of Debian collects /-/metrics, and says the same through us as by itself.

usage: prometheus.py FOLDER PROMETHEUS [unittest options]
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse

import outsider
from dobsond import TIMEOUT_S

PROMETHEUS = sys.argv.pop(2)
CONFIGURATION = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: dobson
    metrics_path: /-/metrics
    static_configs: [{{targets: ["{}:{}"]}}]
"""


class Prometheus(outsider.Outsider):
    @classmethod
    def setUpClass(cls):
        with socket.create_server(("127.0.0.1", 0)) as free:
            cls.prometheus = free.getsockname()
        cls.settings = ["recon.prometheus=http://{}:{}".format(*cls.prometheus)]
        super().setUpClass()
        configuration = os.path.join(cls.scratch, "prometheus.yml")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(*cls.server.addresses["recon"]))
        process = subprocess.Popen(
            [PROMETHEUS, f"--config.file={configuration}", f"--storage.tsdb.path={cls.scratch}/tsdb",
             "--web.listen-address={}:{}".format(*cls.prometheus)], stderr=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait, TIMEOUT_S)
        cls.addClassCleanup(process.terminate)
        cls.wait_for_a_sample(process)

    @classmethod
    def wait_for_a_sample(cls, process):
        """It looks for what to collect some seconds after its start."""
        deadline = time.monotonic() + TIMEOUT_S
        found = False
        while not found:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Prometheus has collected nothing")
            try:
                status, body = ask(cls.prometheus, "/api/v1/query?query=dobson_store_writable")
                found = status == 200 and json.loads(body)["data"]["result"]
            except ConnectionRefusedError:
                pass
            time.sleep(0.05)

    def both(self, page, **query):
        """(status, body) of Prometheus itself, and through us."""
        target = page + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        return (ask(self.prometheus, "/api/v1/" + target),
                ask(self.server.addresses["recon"], "/api/v1/metrics/" + target))

    def test_the_same_answers(self):
        now = time.time()
        counted = 'sum by (route) (dobson_http_answers_total{family="internal",status="2xx"}) > 0'
        for page, query in (
                ("query", {"query": "dobson_store_writable", "time": now}),
                ("query", {"query": counted, "time": now}),
                ("query", {"query": '{__name__=~"dobson_.+"}', "time": now}),
                ("query_range", {"query": "dobson_store_free_bytes", "start": now - 60, "end": now,
                                 "step": "1s"}),
                ("series", {"match[]": ["dobson_log_waiting", 'up{job="dobson"}'], "end": now}),
                ("labels", {"match[]": 'dobson_store_uploads', "end": now})):
            direct, through = self.both(page, **query)
            self.assertEqual(through, direct)
            self.assertEqual(direct[0], 200)
            self.assertTrue(json.loads(direct[1])["data"], query)
        value = json.loads(self.both("query", query="dobson_store_writable")[1][1])
        self.assertEqual(value["data"]["result"][0]["value"][1], "1")

    def test_the_same_refusals(self):
        for page, query in (("query", {"query": "dobson_("}), ("query", {}),
                            ("query_range", {"query": "up"}), ("nosuch", {})):
            direct, through = self.both(page, **query)
            self.assertGreaterEqual(direct[0], 400)
            self.assertEqual(through, (502, direct[1]))


def ask(address, target):
    connection = http.client.HTTPConnection(*address, timeout=TIMEOUT_S)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


if __name__ == "__main__":
    outsider.main()
