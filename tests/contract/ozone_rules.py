#!/usr/bin/env python3
"""Contract tests of the Ozone REST family for what the recordings do not show.

    ozone_rules.py DOBSOND [unittest options, for example -k TestOrder]

Expected values come from spec/ozone-rest.md. One module of rules/ a part of the page, one class a
section. Beyond the tests: every route must have been called, every error that one declares must
have been answered, and none that it does not declare.
"""

import sys

import declarations
import page
import support
from rules import case


def main(program, options):
    server = support.Server(program)
    case.OzoneCase.address = server.address
    case.OzoneCase.program = program
    try:
        statuses = {code: status for code, (status, _) in page.ERRORS.items()}
        case.declared = declarations.Declarations(server.address, statuses,
                                                  lambda reply: reply.json()["shortMessage"])
        return declarations.run_rules("ozone", "rules", case.declared, server.address, options)
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
