"""The text format of /-/metrics, read as strictly as Prometheus and its linter do.

https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4
"""

import re

COMMENT = re.compile(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)")
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:{{({LABEL}(?:,{LABEL})*)}})? (\S+)")
TYPES = ("counter", "gauge")  # what dobsond has


class Family:
    def __init__(self, name):
        self.name = name
        self.type = None
        self.samples = {}  # frozenset of (label, value) -> number

    def __getitem__(self, labels):
        """The sum of the samples that have these labels, given as a dictionary."""
        return sum(number for found, number in self.samples.items()
                   if set(labels.items()) <= found)

    def check_names(self):
        """What `promtool check metrics` would not like."""
        assert self.type in TYPES, f"{self.name}: no type"
        assert self.samples, f"{self.name}: no sample"
        assert (self.type == "counter") == self.name.endswith("_total"), f"{self.name}: _total"
        for unit in ("_ms", "_us", "_milliseconds", "_microseconds", "_kb", "_kilobytes"):
            assert unit not in self.name, f"{self.name}: not a base unit"


def parse(text):
    """Families by name. AssertionError: not the format."""
    assert text.endswith("\n"), "no newline at the end"
    families, current = {}, None
    for line in text.splitlines():
        if line.startswith("#"):
            kind, name, rest = COMMENT.fullmatch(line).groups()
            if kind == "HELP":
                assert name not in families, f"{name}: twice"
                current = families[name] = Family(name)
            else:
                assert name == current.name and not current.type and not current.samples, line
                current.type = rest
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels, number = match.groups()
        assert name == current.name and current.type, line
        pairs = [tuple(pair.split("=", 1)) for pair in re.findall(LABEL, labels or "")]
        key = frozenset((label, quoted[1:-1]) for label, quoted in pairs)
        assert len(key) == len({label for label, _ in pairs}) == len(pairs), line
        assert key not in current.samples, f"twice: {line}"
        current.samples[key] = float(number)
    for family in families.values():
        family.check_names()
    return families
