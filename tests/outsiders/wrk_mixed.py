#!/usr/bin/env python3
"""wrk reads and writes the same keys on many connections: no error, no mixture of two versions, and
the server has counted what wrk has."""

import json
import os

import outsider

CONNECTIONS = 32
SECONDS = 2
KEYS = 8
SIZE = 4096


class WrkMixed(outsider.Outsider):
    def answers(self):
        return self.metrics()["dobson_http_answers_total"]

    def test_mixed(self):
        self.make_bucket("/shire/mixed")
        for key in range(KEYS):
            self.call("PUT", f"/shire/mixed/{key}", b"-" * SIZE, 201)
        headers = os.path.join(self.scratch, "headers")
        with open(headers, "w", encoding="utf-8") as file:
            file.writelines(f"{name}: {value}\n" for name, value in outsider.HEADERS.items())

        before = self.answers()
        run = self.run_program("wrk", f"-c{CONNECTIONS}", "-t2", f"-d{SECONDS}s", "--timeout=20s",
                               "-s", os.path.join(outsider.HERE, "mixed.lua"), self.url, "--",
                               "/shire/mixed", headers)
        after = self.answers()
        self.assertEqual(run.returncode, 0, run.stderr)
        report = run.stdout.decode()
        result = json.loads(report[report.index("RESULT ") + len("RESULT "):])
        self.assertEqual((result["wrong"], result["errors"]), (0, 0), report)
        self.assertEqual(result["got"] + result["put"], result["answers"])
        self.assertGreater(result["put"], 0)

        # At its end wrk leaves the answers that are still on their way.
        on_their_way = 0
        for route, seen in (("get_key", result["got"]), ("put_key", result["put"])):
            counted = after[{"route": route, "status": "2xx"}] - before[
                {"route": route, "status": "2xx"}]
            self.assertGreaterEqual(counted, seen, route)
            on_their_way += counted - seen
        self.assertLessEqual(on_their_way, CONNECTIONS)
        for status in ("3xx", "4xx", "5xx"):
            self.assertEqual(after[{"status": status}], before[{"status": status}], status)
        print(f"{result['got']} GET, {result['put']} PUT, {on_their_way:.0f} on their way")


if __name__ == "__main__":
    outsider.main()
