#!/usr/bin/env python3
"""The replays of Recon's recordings themselves: they take the right answers, and no answer that is
changed in any one place."""

import collections
import functools
import json
import time
import unittest

import recon_recording as recording
import replay_recon
import replay_recon_shapes
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


def other_shapes(value):
    if isinstance(value, dict):
        fields = list(value.items())
        yield from (dict(other) for other in (fields[1:], fields[::-1]) if other != fields)
        for name, each in fields:
            yield from (value | {name: other} for other in other_shapes(each))
    elif isinstance(value, list):
        yield {}
        if value:
            yield from ([other, *value[1:]] for other in other_shapes(value[0]))
    elif value is not None and value is not ANY:
        yield []


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

    def test_takes_the_recorded_shapes_and_no_other(self):
        fired, changes = collections.Counter(), 0
        for scenario in replay_recon_shapes.SCENARIOS:
            for step in replay_recon_shapes.steps(scenario, {}):
                expected = replay_recon_shapes.expectation(step, fired)
                differing = functools.partial(replay_recon_shapes.Shapes().differing,
                                              expected.json, where="")
                self.assertEqual(differing(expected.json), [], step)
                for other in other_shapes(expected.json):
                    self.assertTrue(differing(other), f"{step}: {other}")
                    changes += 1
        self.assertGreater(changes, 4_000)


if __name__ == "__main__":
    unittest.main()
