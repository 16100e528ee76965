#!/usr/bin/env python3
"""Ozone's own Java client against a server of ours: Maven builds and runs ozone-java, and each of
its JUnit tests is a test here."""

import glob
import os
import shutil
import unittest
import xml.etree.ElementTree

import maven
import outsider
from dobsond import Server

PROJECT = os.path.join(outsider.HERE, "ozone-java")
REPORTS = os.path.join(maven.folder("ozone-java"), "target", "surefire-reports")


class JavaTest(unittest.TestCase):
    """What JUnit reported of one test."""

    def __init__(self, report):
        super().__init__("passed")
        self.problems = report.findall("failure") + report.findall("error")
        self.name = f"{report.get('classname')}.{report.get('name')}"

    def id(self):
        return self.name

    def __str__(self):
        return self.name

    def passed(self):
        for problem in self.problems:
            self.fail(problem.text)


def run_maven():
    """Its exit code."""
    shutil.rmtree(REPORTS, ignore_errors=True)
    server = Server(os.path.join(outsider.Outsider.programs, "dobsond"))
    try:
        return maven.run("ozone-java", "-f", PROJECT,
                         "-Dozone.om.http-address={}:{}".format(*server.address), "test")
    finally:
        server.stop()


def load_tests(*_):
    code = run_maven()
    tests = [JavaTest(report) for path in sorted(glob.glob(f"{REPORTS}/TEST-*.xml"))
             for report in xml.etree.ElementTree.parse(path).iter("testcase")]
    failed = any(test.problems for test in tests)
    if not tests or failed != (code != 0):
        raise RuntimeError(f"mvn ended with {code} after {len(tests)} tests")
    return unittest.TestSuite(tests)


if __name__ == "__main__":
    outsider.main()
