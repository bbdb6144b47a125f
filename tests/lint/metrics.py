"""Compares the metrics in the code, and what monitoring asks for, with tests/golden/metrics.txt.

A name is any "mamori_…" literal in common/ and services/ outside tests; where it is the argument of Count, Gauge or
Observe, its type and labels are compared as well. Alerts may use listed metrics alone, and each names a section of
the runbook that exists.
"""

import pathlib
import re
import sys

import rules

TYPES = {"Count": "counter", "Gauge": "gauge", "Observe": "histogram"}
CALL = re.compile(r'\b(Count|Gauge|Observe)\(\s*"(mamori_[a-z0-9_]+)"')
LITERAL = re.compile(r'"(mamori_[a-z0-9_]*)"')
LABEL = re.compile(r'\{\s*"([a-z_]+)"\s*,')
# Prefixes of schemas and database users, not metrics.
NO_METRICS = re.compile(r"^services/mamorictl/")
USED = re.compile(r"\bmamori_[a-z0-9_]+")
ALERTS, RUNBOOK = "deploy/monitoring/alerts.yml", "deploy/runbook.md"


def listed(text):
    """{name: (type, labels, services)}"""
    metrics = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, kind, labels, services = line.split()
            metrics[name] = (kind, set() if labels == "-" else set(labels.split(",")), services)
    return metrics


def arguments(text, start):
    """What stands between the parenthesis before `start` and its closing one."""
    depth = 1
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    return text[start:]


def in_code(tree):
    """Yields (path, name, type or None, labels or None)."""
    for path, text in tree.items():
        if not path.startswith(("common/", "services/")) or not path.endswith(rules.CODE):
            continue
        if rules.is_test(path) or NO_METRICS.match(path):
            continue
        text = "\n".join(rules.code_of(line) for line in text.splitlines() if not line.lstrip().startswith("//"))
        calls = {match.start(2): match for match in CALL.finditer(text)}
        for literal in LITERAL.finditer(text):
            call = calls.get(literal.start(1))
            if call is None:
                yield path, literal.group(1), None, None
            else:
                labels = set(LABEL.findall(arguments(text, call.end())))
                yield path, literal.group(1), TYPES[call.group(1)], labels


def service_of(path):
    return path.split("/")[1] if path.startswith("services/") else "all"


def compare(golden, tree):
    seen = set()
    for path, name, kind, labels in in_code(tree):
        seen.add(name)
        if name not in golden:
            yield f"{path}: {name} has no line in tests/golden/metrics.txt"
            continue
        want_kind, want_labels, want_services = golden[name]
        if kind is not None and kind != want_kind:
            yield f"{path}: {name} is a {kind}, the list says {want_kind}"
        if labels is not None and labels != want_labels:
            yield f"{path}: {name} has labels {sorted(labels)}, the list says {sorted(want_labels)}"
        if service_of(path) != want_services:
            yield f"{path}: {name} is of {service_of(path)}, the list says {want_services}"
    for name in sorted(golden.keys() - seen):
        yield f"tests/golden/metrics.txt: {name} is not in the code"


def anchor(heading):
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def monitoring(golden, alerts, runbook):
    for name in sorted(set(USED.findall(re.sub(r"(?m)^\s*#.*$", "", alerts)))):
        series = re.sub(r"_(bucket|count|sum)$", "", name)
        if golden.get(series, ("",))[0] != "histogram":
            series = name
        if series not in golden:
            yield f"{ALERTS}: {name} is not in tests/golden/metrics.txt"
    sections = {anchor(heading) for heading in re.findall(r"(?m)^#+ +(.*)$", runbook)}
    for rule in re.split(r"(?m)^\s*- alert: ", alerts)[1:]:
        name = rule.split(None, 1)[0]
        link = re.search(r"runbook: deploy/runbook\.md#(\S+)", rule)
        if link is None:
            yield f"{ALERTS}: {name} names no section of {RUNBOOK}"
        elif link.group(1) not in sections:
            yield f"{ALERTS}: {name}: {RUNBOOK} has no section #{link.group(1)}"


def main():
    tree = rules.read_tree()
    golden = listed((rules.ROOT / "tests/golden/metrics.txt").read_text())
    found = list(compare(golden, tree))
    found += monitoring(golden, (rules.ROOT / ALERTS).read_text(), (rules.ROOT / RUNBOOK).read_text())
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
