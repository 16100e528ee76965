#!/usr/bin/env python3
"""dobsonctl as a person and a script meet it: exit codes, words, pipes, interruptions."""

import hashlib
import json
import os
import signal
import subprocess

import outsider
from dobsond import TIMEOUT_S

FILES = 3000
NO_SERVER = "http://127.0.0.1:1"  # tcpmux: nobody has it


class Dobsonctl(outsider.Outsider):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().make_bucket("/shire/maps")

    def start(self, *words, **options):
        """One call with the server's address in the environment."""
        environment = os.environ | {"DOBSON_URL": self.url, "DOBSON_USER": "root"}
        for pipe in ("stdin", "stdout", "stderr"):
            options.setdefault(pipe, subprocess.PIPE)
        options.setdefault("cwd", self.scratch)
        return subprocess.Popen([os.path.join(self.programs, "dobsonctl"), *words],
                                env=environment, **options)

    def ctl(self, *words, code=0, stdin=None, **options):
        """Standard output, or of a failure standard error."""
        process = self.start(*words, **options)
        output, errors = process.communicate(stdin, timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, code, (words, output, errors))
        return (errors if code else output or b"").decode()

    def write(self, name, content):
        path = os.path.join(self.scratch, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def field(self, name, text):
        return next(line.split(None, 1)[1] for line in text.splitlines() if line.startswith(name))

    def test_wrong_command_lines(self):
        for words, text in (
                (["nonsense"], "'nonsense' is not a command"),
                (["put"], "dobsonctl put: FILE is required"),
                (["ls", "shire"], "does not begin with '/'"),
                (["get", "/shire/maps"], "is not a key"),
                (["load", ".", "/shire"], "is not a bucket"),
                (["rm", "/"], "name a volume"),
                (["mkvol", "a/b"], "is not the name of a volume"),
                (["mv", "/shire/maps/a", "/shire/other/a"], "inside its bucket only"),
                (["--url", "ftp://x", "ls"], "ftp")):
            self.assertIn(text, self.ctl(*words, code=2), words)

    def test_refusals_have_the_servers_words_and_a_next_step(self):
        for words, text, step in (
                (["mkvol", "shire"], "VOLUME_ALREADY_EXISTS", "another name"),
                (["mkvol", "Shire"], "uppercase", "3 to 63"),
                (["mkbucket", "/none/b-1"], "VOLUME_NOT_FOUND", "mkvol"),
                (["ls", "/shire/none"], "BUCKET_NOT_FOUND", "mkbucket"),
                (["info", "/shire/maps/none"], "KEY_NOT_FOUND", "dobsonctl ls"),
                (["rm", "-r", "/shire/maps/none"], "no key", "dobsonctl ls"),
                (["rm", "/shire"], "VOLUME_NOT_EMPTY", "rm -r"),
                (["--user", "frodo", "mkvol", "frodos"], "Access denied", "--user")):
            errors = self.ctl(*words, code=1)
            self.assertIn(text, errors.splitlines()[0])
            self.assertIn(step, errors.splitlines()[1])

    def test_no_server(self):
        tree = os.path.dirname(self.write("unsent/a", b"a"))
        for words in (["ls"], ["info", "/shire"], ["rm", "-r", "/shire"],
                      ["load", tree, "/shire/maps", "--retry-for=0"]):
            self.assertIn("Is dobsond running?", self.ctl("--url", NO_SERVER, *words, code=3))
        errors = self.ctl("--unix", os.path.join(self.scratch, "none"), "ls", code=3)
        self.assertIn(f"no answer from {self.scratch}/none", errors)
        self.assertNotIn("127.0.0.1", errors)

    def test_put_and_get(self):
        content = os.urandom(3_000_000)
        path = self.write("files/large", content)
        self.ctl("put", path, "/shire/maps")
        self.ctl("put", "-", "/shire/maps/from a pipe", stdin=content)
        self.ctl("put", "/dev/stdin", "/shire/maps/stdin", stdin=content)
        for key in ("large", "from a pipe", "stdin"):
            self.ctl("get", f"/shire/maps/{key}", "files/got")
            with open(os.path.join(self.scratch, "files/got"), "rb") as file:
                self.assertEqual(file.read(), content, key)
        info = self.ctl("info", "/shire/maps/large")
        self.assertEqual(self.field("size", info), "3,000,000 (2.9 MiB)")
        self.assertEqual(self.field("md5", info), hashlib.md5(content).hexdigest())
        self.assertEqual(set(os.listdir(os.path.join(self.scratch, "files"))), {"large", "got"})
        self.assertIn("exists", self.ctl("get", "/shire/maps/large", code=2,
                                         cwd=os.path.join(self.scratch, "files")))

    def test_a_full_disk_is_told(self):
        self.ctl("put", self.write("small", b"x" * 100_000), "/shire/maps/full")
        with open("/dev/full", "wb") as full:
            for words in (["ls", "/shire/maps"], ["info", "/shire/maps/full"],
                          ["get", "/shire/maps/full", "-"]):
                self.assertIn("cannot write", self.ctl(*words, code=1, stdout=full), words)

    def test_rename(self):
        self.call("PUT", "/shire/maps/old", b"x", 201)
        self.ctl("mv", "/shire/maps/old", "new/name")
        self.ctl("mv", "/shire/maps/new/name", "/shire/maps/newer")
        self.assertEqual(self.call("GET", "/shire/maps/newer"), b"x")
        self.ctl("mv", "/shire/maps/newer", "/shire/maps//slash")
        self.assertEqual(self.call("GET", "/shire/maps//slash"), b"x")

    def test_many_keys(self):
        for i in range(FILES):
            self.write(f"many/{i % 7}/{i}", b"%d" % i)
        sizes = sum(len(str(i)) for i in range(FILES))
        loading = self.start("load", "many", "/counted/many", "--json", "--jobs=2")
        while self.metrics()["dobson_log_commands_total"][{"outcome": "applied"}] < FILES // 10:
            self.assertIsNone(loading.poll(), "the load ended before it was interrupted")
        loading.send_signal(signal.SIGINT)
        interrupted = json.loads(loading.communicate(timeout=TIMEOUT_S)[0])
        self.assertEqual((loading.returncode, interrupted["stopped_by"]), (1, "interrupted"))
        self.assertEqual(interrupted["moved"] + interrupted["not_done"], FILES)
        self.assertGreater(interrupted["not_done"], 0)

        rest = json.loads(self.ctl("load", "many", "/counted/many", "--json"))
        self.assertEqual(rest["moved"] + rest["were_there"], FILES)
        self.assertGreaterEqual(rest["were_there"], interrupted["moved"])
        for path in ("/counted", "/counted/many"):
            info = self.ctl("info", path)
            self.assertEqual(self.field("keys", info), f"{FILES:,}")
            self.assertEqual(self.field("size", info).split()[0], f"{sizes:,}")
        self.assertEqual(self.field("buckets", self.ctl("info", "/counted")), "1")
        names = self.ctl("ls", "/counted/many").splitlines()
        self.assertEqual(names, sorted(f"{i % 7}/{i}" for i in range(FILES)))
        row = json.loads(self.ctl("ls", "--json", "/counted/many/0/14").splitlines()[0])
        self.assertEqual((row["keyName"], row["size"]), ("0/14", 2))

        removed = json.loads(self.ctl("rm", "-r", "--json", "/counted/many/0"))
        self.assertEqual(removed["moved"], len(range(0, FILES, 7)))
        self.ctl("rm", "-r", "/counted")
        self.assertNotIn("counted", self.ctl("ls", "--all"))


if __name__ == "__main__":
    outsider.main()
