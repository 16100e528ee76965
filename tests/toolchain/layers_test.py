#!/usr/bin/env python3
"""tools/check/layers lets a good tree pass and names each thing that must not be."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LAYERS = Path(__file__).parents[2] / "tools/check/layers"

GOOD = {
    "core/async/asio.h": "#include <asio/ip/tcp.hpp>\n",
    "core/base/result.h": "#include <vector>\n#include <sys/stat.h>\n",
    "http/server/connection.cpp": '#include "core/async/asio.h"\n#include "http/route/route.h"\n',
    "http/route/route.h": '#include "core/base/result.h"\n#include <llhttp.h>\n',
    "storage/env/env.h": "#include <lmdb.h>\n",
    "storage/query/query.h": '#include "storage/env/env.h"\n',
    "handlers/ozone/put.cpp": '#include "storage/query/query.h"\n#include "http/route/route.h"\n',
    "tests/unit/put_test.cpp": '#include "handlers/ozone/put.h"\n#include <boost/test/tools.hpp>\n',
}

# One file that must not be there, and what is said about it.
BAD = [
    ("core/base/a.h", '#include "http/route/route.h"', "core/base must not include http/route"),
    ("core/base/a.h", '#include "storage/env/env.h"', "must not include storage/env/env.h"),
    ("core/base/a.h", "#include <asio.hpp>", "may be included only in core/async/"),
    ("core/base/a.h", "#include <lmdb.h>", "may be included only in storage/env/"),
    ("core/base/a.h", "#include <boost/asio.hpp>", "may be included only in tests/"),
    ("core/base/a.h", "#include <folly/Range.h>", "is of no library"),
    ("core/base/a.h", '#include "b.h"', "is not a path from the root"),
    ("http/json/a.h", '#include "storage/query/query.h"', "must not include storage/query"),
    ("http/json/a.h", '#include "handlers/ozone/put.h"', "must not include handlers/"),
    ("http/json/a.h", "#include <lmdb.h>", "may be included only in storage/env/"),
    ("storage/query/a.h", '#include "http/route/route.h"', "must not include http/route"),
    ("storage/query/a.h", "  #  include <lmdb.h>", "may be included only in storage/env/"),
    ("storage/query/a.h", '#include "core/async/asio.h"', "sees Asio"),
    ("handlers/ozone/a.h", '#include "storage/env/env.h"', "must not include storage/env"),
    ("handlers/ozone/a.h", '#include "http/server/a.h"', "must not include http/server"),
    ("handlers/ozone/a.h", '#include "tools/dobsond/a.h"', "must not include tools/"),
    ("handlers/ozone/a.h", "#include <simdjson.h>", "may be included only in http/"),
    ("http/json/a.cpp", "co_spawn(io, run(), asio::" + "detached);", "a detached coroutine"),
    ("tests/unit/a.cpp", "#include <lmdb.h>", "may be included only in storage/env/"),
    ("tools/dobsond/a.cpp", "// TO" + "DO", "a note to ourselves"),
    ("storage/log/a.cpp", "\n" * 501, "501 lines"),
    ("storage/log/a.cpp", "int f() {\n" + "  g();\n" * 69 + "}\n", "a function of 71 lines"),
]


class Layers(unittest.TestCase):
    def run_on(self, tree):
        with tempfile.TemporaryDirectory() as root:
            for name, text in tree.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return subprocess.run([LAYERS, root], capture_output=True, text=True)

    def test_a_good_tree_passes(self):
        run = self.run_on(GOOD)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_each_bad_file_is_named(self):
        for name, text, complaint in BAD:
            with self.subTest(name=name, text=text[:60]):
                run = self.run_on({**GOOD, name: text})
                self.assertEqual(run.returncode, 1)
                self.assertIn(f"{name}:", run.stdout)
                self.assertIn(complaint, run.stdout)

    def test_the_way_to_asio_is_shown(self):
        tree = {
            "core/runtime/reactor.h": '#include "core/async/asio.h"\n',
            "storage/store.h": '#include "core/runtime/reactor.h"\n',
        }
        run = self.run_on({**GOOD, **tree})
        self.assertIn("storage/store.h > core/runtime/reactor.h > core/async/asio.h", run.stdout)

    def test_lengths_at_the_limit_pass(self):
        tree = {
            "storage/log/a.cpp": "\n" * 500,
            "storage/log/b.cpp": "int f() {\n" + "  g();\n" * 68 + "}\n",
        }
        self.assertEqual(self.run_on({**GOOD, **tree}).stdout, "")


if __name__ == "__main__":
    unittest.main()
