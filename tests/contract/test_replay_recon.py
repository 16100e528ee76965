#!/usr/bin/env python3
"""The replay of Recon's recordings itself: it takes the right answers, and no answer that is changed
in any one place."""

import functools
import json
import time
import unittest

import recon_recording as recording
import replay_recon
from expectation import ANY
from recon.case import FIXED
from support import Reply
from test_replay import changed_json, with_fields

NOW = time.time()
TODAY = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(NOW))


def filled(value):
    """A value that a server could send for an expected one."""
    if isinstance(value, dict):
        return {key: filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item) for item in value]
    return "anything" if value is ANY else value


def right_reply(expected):
    options = expected.method == "OPTIONS" and expected.status == 200 or expected.status == 204
    body = json.dumps(filled(expected.json), separators=(",", ":")).encode()
    headers = [*FIXED.items(), ("Date", TODAY), ("Expires", TODAY)]
    headers += [] if options else [("Content-Type", "application/json")]
    headers += [("Allow", expected.allow)] if expected.allow else []
    return Reply(expected.status, headers, b"" if options or expected.method == "HEAD" else body)


def changed_replies(reply):
    reply_with = functools.partial(with_fields, reply)
    headers = reply.headers
    yield reply_with(status=reply.status + 1)
    for i, (name, _) in enumerate(headers):
        yield reply_with(headers=headers[:i] + headers[i + 1:])
        yield reply_with(headers=headers[:i] + [(name, "x")] + headers[i + 1:])
    if reply.body:
        for other in changed_json(reply.json()):
            yield reply_with(body=json.dumps(other, separators=(",", ":")).encode())
        yield reply_with(body=b" " + reply.body)


class ReplayTest(unittest.TestCase):
    def test_takes_the_right_answers_and_no_other(self):
        changes = 0
        expectations = replay_recon.Expectations()
        for step in (step for scenario in recording.SCENARIOS for step in recording.load(scenario)):
            expected = expectations.of(step)
            reply = right_reply(expected)
            self.assertEqual(replay_recon.compare(expected, step.method, reply, NOW), [], step)
            for other in changed_replies(reply):
                self.assertTrue(replay_recon.compare(expected, step.method, other, NOW),
                                f"{step}: {other} was taken for {reply}")
                changes += 1
        self.assertEqual(expectations.idle(), [])
        self.assertGreater(changes, 20_000)


if __name__ == "__main__":
    unittest.main()
