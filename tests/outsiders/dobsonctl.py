#!/usr/bin/env python3
"""dobsonctl as a person and a script meet it: exit codes, words, pipes, interruptions."""

import hashlib
import json
import math
import os
import shutil
import signal
import subprocess
import tempfile

import outsider
import trees
from dobsond import TIMEOUT_S

FILES = 3000
NO_SERVER = "http://127.0.0.1:1"  # tcpmux: nobody has it


class Ctl(outsider.Outsider):
    @property
    def environment(self):
        return os.environ | {"DOBSON_URL": self.url, "DOBSON_USER": "root"}

    def start(self, *words, **options):
        """One call with the server's address in the environment."""
        for pipe in ("stdin", "stdout", "stderr"):
            options.setdefault(pipe, subprocess.PIPE)
        options.setdefault("cwd", self.scratch)
        return subprocess.Popen([os.path.join(self.programs, "dobsonctl"), *words],
                                env=self.environment, **options)

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

    def done(self, route):
        """How many such requests the server has carried out."""
        return self.metrics()["dobson_http_answers_total"][{"route": route, "status": "2xx"}]

    def field(self, name, text):
        return next(line.split(None, 1)[1] for line in text.splitlines() if line.startswith(name))


class Dobsonctl(Ctl):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().make_bucket("/shire/maps")

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
        loading = self.start("load", "many", "/counted/many", "--json", "--jobs=2",
                             "--layout=object-store")
        while self.done("put_key") < FILES // 10:
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
        names = self.ctl("ls", "-R", "/counted/many").splitlines()
        self.assertEqual(names, sorted(f"{i % 7}/{i}" for i in range(FILES)))
        row = json.loads(self.ctl("ls", "--json", "/counted/many/0/14").splitlines()[0])
        self.assertEqual((row["keyName"], row["size"]), ("0/14", 2))

        removed = json.loads(self.ctl("rm", "-r", "--json", "/counted/many/0"))
        self.assertEqual(removed["moved"], len(range(0, FILES, 7)))
        before = self.done("delete_keys")
        self.ctl("rm", "-r", "/counted")
        self.assertEqual(self.done("delete_keys") - before,
                         math.ceil((FILES - removed["moved"]) / 1000))
        self.assertNotIn("counted", self.ctl("ls", "--all"))


class Directories(Ctl):
    """Both layouts of a bucket: one has directories, the other has names with slashes."""

    LAYOUTS = ("object-store", "file-system-optimized")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = os.path.join(cls.scratch, "tree")
        trees.make(cls.tree, FILES // 10)

    def names(self, *words):
        return self.ctl("ls", *words).splitlines()

    def usage(self, path, *words):
        """Every row of du as path: (bytes, keys), and the path of the last one."""
        rows = [json.loads(row) for row in self.ctl("du", "--json", path, *words).splitlines()]
        sums = {row["path"]: (row["bytes"], row["keys"]) for row in rows}
        self.assertEqual(len(sums), len(rows))
        return sums, rows[-1]["path"]

    def local_usage(self, root, path, layout):
        """What du has to say of the tree `root` in the bucket `path`."""
        sums = {}
        for directory, directories, files in os.walk(root, topdown=False):
            keys, size = len(files), sum(os.path.getsize(os.path.join(directory, file))
                                         for file in files)
            if layout == "object-store" and not files and not directories and directory != root:
                keys = 1  # which stands for the empty directory
            below = [sums[os.path.join(directory, name)] for name in directories]
            sums[directory] = (size + sum(part[0] for part in below),
                               keys + sum(part[1] for part in below))
        total = sums.pop(root)
        return {path: total} | {f"{path}/{os.path.relpath(directory, root)}/": held
                                for directory, held in sums.items()}

    def check_saved(self, path, tree):
        saved = tempfile.mkdtemp(dir=self.scratch)
        self.ctl("save", path, saved)
        run = self.run_program("diff", "-r", tree, saved)
        self.assertEqual((run.returncode, run.stdout), (0, b""))

    def loaded(self, path, layout, tree=None):
        """A copy of the tree, loaded."""
        copy = os.path.join(tempfile.mkdtemp(dir=self.scratch), "tree")
        shutil.copytree(tree or self.tree, copy)
        self.ctl("load", copy, path, f"--layout={layout}")
        return copy

    def check_usage(self, path, tree, layout):
        local = self.local_usage(tree, path, layout)
        self.assertEqual(self.usage(path, "--depth=1000"), (local, path))
        return local

    def test_a_tree_comes_back(self):
        for layout in self.LAYOUTS:
            with self.subTest(layout=layout):
                path = f"/back/{layout}"
                self.ctl("load", self.tree, path, f"--layout={layout}")
                again = json.loads(self.ctl("load", self.tree, path, "--json"))
                self.assertEqual(again["moved"], 0)
                self.assertEqual(self.field("layout", self.ctl("info", path)), layout)
                self.check_saved(path, self.tree)
                local = self.check_usage(path, self.tree, layout)
                for depth in (0, 1, 2):
                    some = {name: sums for name, sums in local.items()
                            if name.count("/") <= 3 + depth}
                    self.assertEqual(self.usage(path, f"--depth={depth}"), (some, path))

    def test_load_makes_directories_unless_told_otherwise(self):
        tree = os.path.dirname(self.write("one/file", b"x"))
        self.ctl("load", tree, "/chosen/made")
        self.assertEqual(self.field("layout", self.ctl("info", "/chosen/made")), self.LAYOUTS[1])
        self.ctl("mkbucket", "/chosen/plain")
        self.ctl("mkbucket", "/chosen/tree", "--layout=file-system-optimized")
        for name, layout in zip(("plain", "tree"), self.LAYOUTS):
            self.ctl("load", tree, f"/chosen/{name}", f"--layout={layout}")
            self.ctl("load", tree, f"/chosen/{name}")
            self.assertEqual(self.field("layout", self.ctl("info", f"/chosen/{name}")), layout)
        errors = self.ctl("load", tree, "/chosen/plain", "--layout=file-system-optimized", code=2)
        self.assertIn("leave --layout away", errors)
        self.assertIn("--layout", self.ctl("mkbucket", "/chosen/odd", "--layout=flat", code=2))

    def test_a_directory_is_moved_and_removed_in_one_request(self):
        path, layout = "/moved/tree", self.LAYOUTS[1]
        tree = self.loaded(path, layout)
        before = self.done("rename_key")
        self.ctl("mv", f"{path}/many", "new/place")
        self.ctl("mv", f"{path}/odd/", f"{path}/new/odd")
        self.assertEqual(self.done("rename_key") - before, 2)
        os.mkdir(f"{tree}/new")
        os.rename(f"{tree}/many", f"{tree}/new/place")
        os.rename(f"{tree}/odd", f"{tree}/new/odd")
        self.check_saved(path, tree)
        self.check_usage(path, tree, layout)

        before = self.done("delete_key")
        self.assertIn("1 directory", self.ctl("rm", "-r", f"{path}/new/place"))
        self.ctl("rm", "-r", f"{path}/new/odd/")
        self.assertEqual(self.done("delete_key") - before, 2)
        shutil.rmtree(f"{tree}/new/place")
        shutil.rmtree(f"{tree}/new/odd")
        self.check_saved(path, tree)
        self.check_usage(path, tree, layout)
        self.ctl("rm", "-r", f"{path}/neighbours/a-b")
        self.ctl("rm", "-r", path)
        self.assertEqual(self.names("/moved"), [])

    def test_names_with_slashes_are_removed_with_the_directory(self):
        path, layout = "/named/plain", self.LAYOUTS[0]
        tree = self.loaded(path, layout)
        for name in ("many", "neighbours/a", "empty"):
            self.ctl("rm", "-r", f"{path}/{name}")
            shutil.rmtree(f"{tree}/{name}")
        self.check_saved(path, tree)
        self.check_usage(path, tree, layout)

    def test_names_too_long_for_one_request(self):
        """Each byte of them has six in JSON, and a request 2 MiB."""
        self.make_bucket("/longest/names")
        names = [f"{i:03}" + "\x01" * 1021 for i in range(400)]
        for name in names:
            self.call("PUT", f"/longest/names/{name}", b"", 201)
        before = self.done("delete_keys")
        self.ctl("rm", "-r", "/longest/names")
        self.assertEqual(self.done("delete_keys") - before, 2)

    def test_usage_of_volumes_and_prefixes(self):
        tree = os.path.join(self.scratch, "small")
        for name, size in (("a/b/c", 1), ("a/d", 2), ("a-b/e", 4), ("f", 8)):
            self.write(f"small/{name}", b"x" * size)
        for layout in self.LAYOUTS:
            self.ctl("load", tree, f"/sums-{layout}/one", f"--layout={layout}")
            self.ctl("load", tree, f"/sums-{layout}/two", f"--layout={layout}")
        volume = "/sums-" + self.LAYOUTS[1]
        rows = self.usage("/", "--all")[0]
        self.assertEqual((rows[volume], rows["/sums-" + self.LAYOUTS[0]]), ((30, 8), (30, 8)))
        self.assertEqual(rows["/"], tuple(map(sum, zip(
            *(held for path, held in rows.items() if path != "/")))))
        self.assertEqual(self.usage(volume)[0],
                         {volume: (30, 8), volume + "/one": (15, 4), volume + "/two": (15, 4)})
        self.assertEqual(len(self.usage(volume, "--depth=3")[0]), 1 + 2 * (1 + 3))
        for layout in self.LAYOUTS:
            path = f"/sums-{layout}/one"
            self.assertEqual(self.usage(path + "/a/"),
                             ({path + "/a/": (3, 2), path + "/a/b/": (1, 1)}, path + "/a/"))
            self.assertEqual(self.usage(path + "/a"),
                             ({path + "/a": (7, 3), path + "/a/": (3, 2), path + "/a-b/": (4, 1)},
                              path + "/a"))
        self.assertEqual(self.ctl("du", "-h", volume, "--depth=0").split(),
                         ["30", "B", "8", volume])
        self.assertIn("BUCKET_NOT_FOUND", self.ctl("du", volume + "/none", code=1))
        self.assertIn("VOLUME_NOT_FOUND", self.ctl("du", "/none", code=1))

    def test_list(self):
        tree = os.path.join(self.scratch, "listed")
        for name in ("a/b/c", "a/d", "a-b", "e"):
            self.write(f"listed/{name}", b"x")
        os.makedirs(f"{tree}/empty")
        for layout in self.LAYOUTS:
            path = f"/listed/{layout}"
            self.ctl("load", tree, path, f"--layout={layout}")
            self.assertEqual(self.names(path), ["a-b", "a/", "e", "empty/"])
            self.assertEqual(self.names(path + "/a/"), ["a/b/", "a/d"])
            self.assertEqual(self.names(path + "/a"), ["a-b", "a/"])
            rows = [json.loads(row) for row in self.names("--json", path + "/a/")]
            self.assertEqual((rows[0], rows[1]["keyName"]), ({"prefix": "a/b/"}, "a/d"))
        self.assertEqual(self.names("-R", path),
                         ["a-b", "a/", "a/b/", "a/b/c", "a/d", "e", "empty/"])
        self.assertEqual(self.names(path + "/empty/"), [])
        self.assertEqual(self.names("-R", "/listed/object-store"),
                         ["a-b", "a/b/c", "a/d", "e", "empty/"])

    def test_make_and_rename(self):
        self.ctl("mkvol", "made")
        self.ctl("mkbucket", "/made/tree", "--layout=file-system-optimized")
        for _ in range(2):
            self.ctl("mkdir", "/made/tree/a/b")
        self.assertEqual(self.names("-R", "/made/tree"), ["a/", "a/b/"])
        self.ctl("mv", "/made/tree/a", "/made/tree/c")
        self.ctl("mv", "/made/tree/c/b/", "b")
        self.ctl("rm", "/made/tree/b")
        self.assertEqual(self.names("-R", "/made/tree"), ["c/"])
        self.ctl("mkbucket", "/made/plain")
        self.call("PUT", "/made/plain/d/", b"content", 201)
        for name in ("d", "e"):
            self.ctl("mkdir", f"/made/plain/{name}")
        self.assertEqual(self.call("GET", "/made/plain/d/"), b"content")
        self.assertEqual(self.call("GET", "/made/plain/e/"), b"")

    def test_refusals(self):
        self.ctl("mkvol", "refused")
        self.ctl("mkbucket", "/refused/tree", "--layout=file-system-optimized")
        self.call("PUT", "/refused/tree/dir/key", b"x", 201)
        self.call("PUT", "/refused/tree/key", b"x", 201)
        for words, text, step in (
                (["rm", "/refused/tree/dir/"], "not empty", "rm -r"),
                (["rm", "/refused/tree/dir"], "not empty", "rm -r"),
                (["rm", "-r", "/refused/tree/none"], "KEY_NOT_FOUND", "dobsonctl ls"),
                (["rm", "/refused/tree/none"], "KEY_NOT_FOUND", "dobsonctl ls"),
                (["mkdir", "/refused/tree/key/below"], "KEY_ALREADY_EXISTS", "dobsonctl rm"),
                (["mkdir", "/refused/tree//odd"], "INVALID_KEY_NAME", "empty"),
                (["mv", "/refused/tree/dir", "key"], "KEY_ALREADY_EXISTS", "another name"),
                (["mv", "/refused/tree/dir", "dir/below"], "INVALID_KEY_NAME", "into itself"),
                (["mv", "/refused/tree/none", "new"], "KEY_NOT_FOUND", "dobsonctl ls"),
                (["mv", "/refused/tree/key", "new/"], "INVALID_KEY_NAME", "directory's ends")):
            errors = self.ctl(*words, code=1)
            self.assertIn(text, errors.splitlines()[0], words)
            self.assertIn(step, errors.splitlines()[1], words)
        self.assertEqual(self.names("-R", "/refused/tree"), ["dir/", "dir/key", "key"])

        clashing = {"dir": b"a file", "key/below": b"x", "new": b"x"}
        for name, content in clashing.items():
            self.write(f"clash/{name}", content)
        load = self.start("load", "clash", "/refused/tree", "--json")
        result = json.loads(load.communicate(timeout=TIMEOUT_S)[0])
        self.assertEqual((load.returncode, result["moved"]), (1, 1))
        self.assertEqual({problem["name"] for problem in result["failed"]}, {"dir", "key/below"})
        for problem in result["failed"]:
            self.assertIn("dobsonctl rm", problem["reason"])


if __name__ == "__main__":
    outsider.main()
