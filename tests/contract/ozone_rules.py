#!/usr/bin/env python3
"""Contract tests of the Ozone REST family for what the recordings do not show.

    ozone_rules.py DOBSOND [unittest options, for example -k TestOrder]

Expected values come from spec/ozone-rest.md. One module of rules/ a part of the page, one class a
section. Beyond the tests: every error code of §2.9 must have been seen.
"""

import os
import sys
import unittest

import page
import support
from rules import case

HERE = os.path.dirname(os.path.abspath(__file__))


def main(program, options):
    server = support.Server(program)
    case.OzoneCase.address = server.address
    case.OzoneCase.program = program
    try:
        discover = ["discover", "-s", os.path.join(HERE, "rules"), "-t", HERE, "-p", "*.py"]
        run = unittest.main(module=None, argv=["ozone_rules.py", *discover, *options], exit=False)
    finally:
        server.stop()
    unseen = [] if options else sorted(set(page.ERRORS) - case.seen)
    for code in unseen:
        print(f"no answer was ever {code}")
    return 0 if run.result.wasSuccessful() and not unseen else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
