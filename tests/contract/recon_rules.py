#!/usr/bin/env python3
"""Contract tests of the insight API for what the recordings do not show.

    recon_rules.py DOBSOND [unittest options, for example -k TestTree]

Expected values come from spec/recon.md. One module of recon/ a part of the page. Beyond the tests:
every route must have been called, every error that one declares must have been answered, and none
that it does not declare.
"""

import sys

import declarations
import support
from recon import case
from upstream import Upstream


def main(program, options):
    upstream = Upstream()
    server = support.Server(program, [f"recon.prometheus={upstream.address}"])
    case.ReconCase.addresses = server.addresses
    case.ReconCase.program = program
    case.ReconCase.upstream = upstream
    recon = server.addresses["recon"]
    try:
        case.declared = declarations.Declarations(recon, case.STATUSES,
                                                  lambda reply: case.CODES[reply.status])
        case.declared.always_refused.add("cancel_sync")  # nothing runs that could be stopped
        return declarations.run_rules("recon", "recon", case.declared, recon, options)
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
