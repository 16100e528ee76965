#!/usr/bin/env python3
"""The replay itself: it takes the right answers, and no answer that is changed in any one place."""

import copy
import functools
import json
import time
import unittest
import uuid

import differences
import page
import recording
import replay_ozone
from expectation import ANY, compare
from support import Reply

NOW = time.time()
TODAY = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(NOW))
VALUES = {"x-ozone-server-name": "here", "Date": TODAY, "Last-Modified": TODAY,
          "createdOn": TODAY, "modifiedOn": TODAY, "containerID": 1, "localID": 1,
          "requestID": str(uuid.uuid4()), "hostName": "here"}


def filled(name, value):
    """A value that a server could send for an expected one."""
    if name in VALUES:
        return VALUES[name]
    if isinstance(value, dict):
        return {key: filled(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [filled("", item) for item in value]
    return "anything" if value is ANY else value


def right_reply(expected):
    body = expected.body
    if expected.json is not None:
        body = json.dumps(filled("", expected.json), separators=(",", ":")).encode()
    values = VALUES | {"x-ozone-request-id": VALUES["requestID"], "Content-Length": str(len(body)),
                       "Connection": "keep-alive"}
    headers = [(name, values[name] if value is ANY else value)
               for name, value in expected.headers.items()]
    for name, value in expected.extra.items():
        text = ", ".join(value) if isinstance(value, set) else value
        headers.insert(2, (name, values.get(name) if value is ANY else text))
    return Reply(expected.status, headers, body, [100] if expected.interim else [])


def changed_json(value, name=""):
    """Every JSON value that differs from this one in one place."""
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
            for other in changed_json(value[key], key):
                yield value | {key: other}
        yield value | {"more": None}
        if len(value) > 1:
            yield dict(reversed(value.items()))
    elif isinstance(value, list):
        yield value + [None]
        for i in {0, len(value) - 1} if value else ():  # enough for long lists
            yield value[:i] + value[i + 1:]
            for other in changed_json(value[i]):
                yield value[:i] + [other] + value[i + 1:]
    elif value != "anything":
        yield "other" if value != "other" else "another"
        if isinstance(value, (bool, int)):
            yield not value if isinstance(value, bool) else -value - 1
        if name in ("createdOn", "modifiedOn"):
            yield value.replace("GMT", "UTC")
            yield time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(NOW - 3600))


def with_fields(reply, **fields):
    other = copy.copy(reply)
    vars(other).update(fields)
    return other


def changed_replies(expected, reply):
    reply_with = functools.partial(with_fields, reply)
    headers = reply.headers
    yield reply_with(status=reply.status + 1)
    yield reply_with(interim=[] if reply.interim else [100])
    yield reply_with(headers=headers + [("X-More", "1")])
    for i, (name, value) in enumerate(headers):
        yield reply_with(headers=headers[:i] + headers[i + 1:])
        if value in ("keep-alive", "close") and expected.headers["Connection"] is ANY:
            continue
        if name != "x-ozone-server-name" or differences.is_error(expected):
            yield reply_with(headers=headers[:i] + [(name, "x")] + headers[i + 1:])
        if name in expected.headers:
            yield reply_with(headers=headers[:i] + [(name.swapcase(), value)] + headers[i + 1:])
    fixed = [i for i, (name, _) in enumerate(headers) if name in expected.headers]
    for i, j in zip(fixed, fixed[1:]):
        swapped = list(headers)
        swapped[i], swapped[j] = headers[j], headers[i]
        yield reply_with(headers=swapped)
    if expected.json is None:
        yield reply_with(body=reply.body + b"x")
        return
    for other in changed_json(reply.json()):
        yield reply_with(body=json.dumps(other, separators=(",", ":")).encode())
    yield reply_with(body=json.dumps(reply.json(), indent=1).encode())


class ReplayTest(unittest.TestCase):
    def expected(self):
        expectations = replay_ozone.Expectations()
        for scenario in recording.SCENARIOS:
            for request in recording.setup(scenario):
                expectations.ledger.apply(request)
            for step in recording.load(scenario):
                yield step, expectations.of(step)
        self.assertEqual(expectations.idle(recording.SCENARIOS), [])

    def test_takes_the_right_answers_and_no_other(self):
        changes = 0
        for step, expected in self.expected():
            reply = right_reply(expected)
            self.assertEqual(compare(expected, reply, NOW, lambda: True), [], step)
            for other in changed_replies(expected, reply):
                self.assertTrue(compare(expected, other, NOW, lambda: True),
                                f"{step}: {other} was taken for {reply}")
                changes += 1
            self.assertTrue(compare(expected, None, NOW, lambda: True), step)
        self.assertGreater(changes, 20_000)

    def test_a_connection_that_stays_open_is_a_difference(self):
        for step, expected in self.expected():
            reply = right_reply(expected)
            open_too_long = compare(expected, reply, NOW, lambda: False)
            self.assertEqual(bool(open_too_long), reply["Connection"] == "close", step)

    def test_a_rule_that_explains_nothing_is_named(self):
        def never(step, answer, ledger):
            pass

        differences.RULES.append(never)
        self.addCleanup(differences.RULES.remove, never)
        self.assertIn("never", replay_ozone.Expectations().idle([]))

    def test_dates(self):
        page.seconds("Tue, 05 Mar 2019 09:07:01 GMT")
        for text in ("Mon, 05 Mar 2019 09:07:01 GMT", "Tue, 5 Mar 2019 09:07:01 GMT",
                     "Tue, 05 Mar 2019 09:07:01 +0000", "tue, 05 Mar 2019 09:07:01 GMT", ""):
            with self.assertRaises(ValueError, msg=text):
                page.seconds(text)


if __name__ == "__main__":
    unittest.main()
