"""§5.5: tables of unhealthy containers that are made in the background."""

import io
import json
import os
import stat
import tarfile
import tempfile
import uuid

import recon_recording as recording
import support
from expectation import ANY
from recon.case import BASE, OwnServerCase, ReconCase, wrong_headers

PAGE = "/containers/unhealthy/export"
STATES = ["MISSING", "UNDER_REPLICATED", "OVER_REPLICATED", "MIS_REPLICATED", "REPLICA_MISMATCH",
          "EMPTY_MISSING", "NEGATIVE_SIZE", "ALL_REPLICAS_BAD"]
FIELDS = ["maxDownloads", "downloadAllowed", "jobId", "state", "status", "submittedAt",
          "startedAt", "completedAt", "totalRecords", "estimatedTotal", "fileName",
          "errorMessage", "progressPercent", "queuePosition", "downloadCount",
          "downloadsRemaining"]
HEADER = ("container_id,container_state,in_state_since,expected_replica_count,"
          "actual_replica_count,replica_delta\n")


class ExportCase(ReconCase):
    def submit(self, state):
        reply = self.call(f"{PAGE}?state={state}", "POST")
        self.assertEqual(reply.status, 200, reply)
        return reply.json()

    def completed(self, job):
        now = self.ended(job)
        self.assertEqual(now["status"], "COMPLETED")
        return now

    def ended(self, job):
        return self.until(f"{PAGE}/{job['jobId']}",
                          lambda now: now["status"] not in ("QUEUED", "RUNNING"))

    def plain(self, job, method, page="", headers=()):
        """A success that is no JSON."""
        data = support.request_bytes(method, f"{BASE}{PAGE}/{job['jobId']}{page}",
                                     [("Host", "localhost"), *headers])
        reply = self.exchange("recon", data, method)
        self.assertEqual((reply.status, wrong_headers(reply, self.started)), (200, []), reply)
        return reply

    def delete(self, job):
        reply = self.plain(job, "DELETE")
        self.assertEqual((reply["Content-Type"], reply.body), ("text/plain", b""))

    def download(self, job):
        return tables(self.plain(job, "GET", "/download").body)


def tables(data, directories=0):
    """What files there are, and as many directories."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        files = [each for each in archive if each.isfile()]
        assert len(archive.getmembers()) == len(files) + directories
        return {each.name: archive.extractfile(each).read().decode() for each in files}


class TestJobs(ExportCase):
    def tearDown(self):
        for job in self.get(PAGE):
            self.delete(job)
        super().tearDown()

    def test_a_job(self):
        self.assertEqual(self.get(PAGE), [])
        job = self.submit("MISSING")
        self.assertEqual(list(job), FIELDS)
        self.assertEqual(str(uuid.UUID(job["jobId"])), job["jobId"])
        self.assertEqual((job["status"], job["queuePosition"]), ("QUEUED", 1))
        self.assertAlmostEqual(job["submittedAt"] / 1000, self.started, delta=3600)
        done = self.completed(job)
        changed = {"status": "COMPLETED", "startedAt": ANY, "completedAt": ANY,
                   "estimatedTotal": 0, "progressPercent": 100, "queuePosition": 0}
        self.assertEqual({name: ANY if changed.get(name) is ANY else value
                          for name, value in done.items()}, job | changed)
        self.assertLessEqual(job["submittedAt"], done["startedAt"])
        self.assertLessEqual(done["startedAt"], done["completedAt"])
        self.assertEqual(done["fileName"], f"export_missing_{job['submittedAt']}.tar")
        self.assertEqual(self.get(PAGE), [done])
        self.assertEqual(self.get(PAGE + "/"), [done])

    def test_every_state(self):
        jobs = []
        for state in STATES:
            jobs.append(self.completed(self.submit(state)))
            name = f"unhealthy_containers_{state.lower()}_part001.csv"
            self.assertEqual(self.download(jobs[-1]), {name: HEADER})
        self.assertEqual([job["state"] for job in self.get(PAGE)], STATES)
        for state in ("missing", "NOPE", "%20MISSING"):
            message = self.refused(400, f"{PAGE}?state={state}", "POST").json()["message"]
            self.assertIn("state is none", message)
        for query in ("", "?state="):
            self.assertEqual(self.refused(400, PAGE + query, "POST").json()["message"],
                             "state is required")

    def test_one_of_a_state(self):
        job = self.submit("MISSING")
        for _ in range(2):
            self.assertEqual(self.refused(429, f"{PAGE}?state=MISSING", "POST").json()["error"],
                             "Too Many Requests")
            self.completed(job)
        self.delete(job)
        self.assertNotEqual(self.submit("MISSING")["jobId"], job["jobId"])

    def test_three_downloads(self):
        job = self.completed(self.submit("MISSING"))
        head = self.plain(job, "HEAD", "/download", [("Accept", "application/xml")])
        for count in range(1, 4):
            reply = self.plain(job, "GET", "/download/", [("Accept", "application/xml")])
            self.assertEqual(reply["Content-Type"], "application/x-tar")
            self.assertEqual(reply["Content-Disposition"],
                             f'attachment; filename="{job["fileName"]}"')
            self.assertEqual(head["Content-Length"], str(len(reply.body)))
            now = self.get(f"{PAGE}/{job['jobId']}")
            self.assertEqual((now["downloadCount"], now["downloadsRemaining"],
                              now["downloadAllowed"]), (count, 3 - count, count < 3))
        refused = self.refused(429, f"{PAGE}/{job['jobId']}/download")
        self.assertEqual(refused.json()["error"], "Download limit reached")

    def test_unknown(self):
        job = self.completed(self.submit("MISSING"))
        self.delete(job)
        for name in (job["jobId"], "nosuch", str(uuid.uuid4())):
            self.refused(404, f"{PAGE}/{name}")
            self.refused(404, f"{PAGE}/{name}/download")
            self.refused(404, f"{PAGE}/{name}", "DELETE")

    def test_methods(self):
        job = self.completed(self.submit("MISSING"))
        page = f"{PAGE}/{job['jobId']}"
        allowed = {PAGE: "HEAD,GET,POST,OPTIONS", page: "HEAD,GET,DELETE,OPTIONS",
                   page + "/download": "HEAD,GET,OPTIONS"}
        for page, allow in allowed.items():
            self.assertEqual(self.call(page, "OPTIONS")["Allow"], allow)
            self.assertEqual(self.refused(405, page, "PUT")["Allow"], allow)
        self.refused(406, PAGE, headers=[("Accept", "text/plain")])
        self.refused(406, f"{PAGE}/{job['jobId']}", headers=[("Accept", "text/plain")])


class TestUnhealthy(OwnServerCase, ExportCase):
    """Container 1 has lost its file, container 2 its end."""

    SETTINGS = ("blocks.check_interval=1 s",)

    @classmethod
    def load(cls, world):
        volume = world.volume()
        world.bucket(volume, "buc")
        for number, harm in ((1, os.remove), (2, lambda path: os.truncate(path, 4096))):
            world.key(volume, "buc", f"key{number}", 100_000)
            harm(world.file_of(number))
            world.until("/containers/unhealthy",
                        lambda page, number=number: len(page["containers"]) == number)

    def row(self, state):
        row, = self.get(f"/containers/unhealthy/{state}")["containers"]
        return "{containerID},{containerState},{unhealthySince},{expectedReplicaCount}," \
               "{actualReplicaCount},{replicaDeltaCount}\n".format(**row)

    def tearDown(self):
        for job in self.get(PAGE):
            self.delete(job)
        super().tearDown()

    def test_tables(self):
        for state in ("MISSING", "UNDER_REPLICATED", "ALL_REPLICAS_BAD", "OVER_REPLICATED"):
            job = self.completed(self.submit(state))
            row = "" if state == "OVER_REPLICATED" else self.row(state)
            self.assertEqual(job["totalRecords"], len(row.splitlines()))
            self.assertEqual(job["estimatedTotal"], -1 if state == "ALL_REPLICAS_BAD" else
                             len(row.splitlines()))
            self.assertEqual(self.download(job), {
                f"unhealthy_containers_{state.lower()}_part001.csv": HEADER + row})
        self.assertTrue(self.row("MISSING").startswith("1,MISSING,"))
        self.assertTrue(self.row("UNDER_REPLICATED").startswith("2,UNDER_REPLICATED,"))
        self.assertTrue(self.row("UNDER_REPLICATED").endswith(",1,0,1\n"))

    def test_files(self):
        folder = os.path.join(self.server.data, "exports")
        job = self.completed(self.submit("MISSING"))
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        name, = os.listdir(folder)
        os.remove(os.path.join(folder, name))
        self.refused(404, f"{PAGE}/{job['jobId']}/download")
        self.assertEqual(self.get(f"{PAGE}/{job['jobId']}")["downloadCount"], 0)
        self.delete(job)
        self.delete(self.completed(self.submit("MISSING")))
        self.assertEqual(os.listdir(folder), [])

    def test_recorded(self):
        """As recorded, but: no filePath, a job that waits says where, the jobs in order (§5.5);
        one container in each state; texts of errors are ours (D21)."""
        ours = {}  # by the recorded id
        for step in recording.load("export-jobs"):
            target = step.target.removeprefix(BASE)
            for theirs, job in ours.items():
                target = target.replace(theirs, job["jobId"])
            response = step.response
            with self.subTest(step.name):
                if step.name == "list":
                    ours = {theirs: self.completed(job) for theirs, job in ours.items()}
                if response["status"] == 200 and ("download" in target or step.method == "DELETE"):
                    job, = (job for job in ours.values() if job["jobId"] in target)
                    page = "/download" if "download" in target else ""
                    self.check_plain(response, self.plain(job, step.method, page))
                    continue
                reply = self.call(target, step.method)
                self.assertEqual(reply.status, response["status"], reply)
                if reply.status == 429:
                    self.assertEqual(reply.json()["error"], json.loads(response["body"])["error"])
                if reply.status != 200 or step.method == "HEAD":
                    continue
                recorded = json.loads(response["body"])
                if step.method == "POST":
                    ours[recorded["jobId"]] = reply.json()
                self.check_json(recorded, reply.json(), ours)

    def check_json(self, recorded, got, ours):
        if isinstance(recorded, list):
            recorded = sorted(recorded, key=lambda job: list(ours).index(job["jobId"]))
            self.assertEqual(len(recorded), len(got))
            for pair in zip(recorded, got):
                self.check_json(*pair, ours)
            return
        del recorded["filePath"]
        known = {"jobId": ours[recorded["jobId"]]["jobId"], "submittedAt": got["submittedAt"],
                 "fileName": f"export_{got['state'].lower()}_{got['submittedAt']}.tar"}
        if recorded["status"] == "COMPLETED":
            known |= {"startedAt": got["startedAt"], "completedAt": got["completedAt"],
                      "totalRecords": 1, "estimatedTotal": 1}
        else:
            known |= {"status": "QUEUED", "startedAt": 0, "estimatedTotal": -1,
                      "queuePosition": got["queuePosition"]}
        self.assertEqual(list(recorded), list(got))
        self.assertEqual(recorded | known, got)

    def check_plain(self, response, reply):
        wanted = response["headers"]["Content-Type"].partition(";")[0]
        self.assertEqual(reply["Content-Type"], wanted)
        if wanted != "application/x-tar":
            self.assertEqual(reply.body, b"")
            return
        self.assertRegex(reply["Content-Disposition"],
                         r'^attachment; filename="export_under_replicated_\d+\.tar"$')
        theirs = tables(response["body"].encode(), directories=1)
        ours = tables(reply.body)
        self.assertEqual(list(ours), list(theirs))
        for name, text in ours.items():
            self.assertEqual(text.splitlines()[0], theirs[name].splitlines()[0])


class TestNoSpace(OwnServerCase, ExportCase):
    """The disk is as good as full."""

    SETTINGS = ("store.free_watermark=1024 TiB",)

    def test_a_job_that_failed(self):
        job = self.submit("MISSING")
        now = self.ended(job)
        self.assertEqual(now["status"], "FAILED")
        self.assertTrue(now["errorMessage"])
        self.refused(409, f"{PAGE}/{job['jobId']}/download")


class TestRestart(ExportCase):
    def start(self, folder):
        server = support.Server(self.program, directory=folder)
        self.addCleanup(server.kill)
        self.addresses = server.addresses
        return server

    def test_files_go(self):
        with tempfile.TemporaryDirectory(prefix="dobsond-") as folder:
            server = self.start(folder)
            job = self.completed(self.submit("MISSING"))
            exports = os.path.join(server.data, "exports")
            self.assertEqual(len(os.listdir(exports)), 1)
            self.tearDown()
            self.setUp()
            server.kill()
            again = self.start(folder)
            self.assertEqual((self.get(PAGE), os.listdir(exports)), ([], []))
            self.refused(404, f"{PAGE}/{job['jobId']}/download")
            again.kill()
