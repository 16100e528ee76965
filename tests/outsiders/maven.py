"""Maven, in a folder of its own below build/."""

import os
import subprocess

import outsider

BUILD = os.path.normpath(os.path.join(outsider.HERE, "../../build"))


def folder(name):
    return os.path.join(BUILD, name)


def run(name, *words):
    """The exit code; what Maven says, the progress of its downloads too, goes to our output."""
    repository = os.path.join(folder(name), "repository")
    return subprocess.run(["mvn", "-B", f"-Dmaven.repo.local={repository}", *words],
                          check=False).returncode
