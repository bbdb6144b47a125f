"""Every test that the threat model names is there: the file, and the test in it. Every attacker has a page, and each says
what does not hold.

In the last column of a table `path/name_test.cc` is a file (from the top, from tests/, or beside the one named before it,
with {a,b} for several), anything else in backticks is a test, a class of tests or a file's test in one of the row's files;
an ellipsis stands for the rest of a name.
"""

import re
import sys

import rules

MODEL = "deploy/threat-model.md"
# Whom the threat model has to have a page for, in its order.
ATTACKERS = ("colleague on the desk", "accused, who works on the desk", "accused's superior", "colluding approvers",
             "administrator of the identity provider", "operator of an application", "operator with rights on the cluster",
             "root on the host", "database administrator", "stolen backup", "another tenant", "the network",
             "receivers of mail and webhooks", "stolen webhook secret", "malicious reporter", "malicious customer",
             "whoever moves the clock")
SECTION = re.compile(r"^## \d+\. (.+)$")
TICKED = re.compile(r"`([^`]+)`")
BRACES = re.compile(r"^(.*?)\{([\w,]+)\}(.*)$")
IS_PATH = re.compile(r"[/{]|\.(cc|py|md|yml|txt|mjs)$")
# What runs without a suffix.
PROGRAMS = ("tests/chaos/run", "tests/chaos/galera", "tests/fuzz/run")


def expanded(name: str) -> list[str]:
    match = BRACES.match(name)
    return [match[1] + part + match[3] for part in match[2].split(",")] if match else [name]


def resolved(name: str, tree, beside: str):
    """The path of what is named, a folder with a slash at its end, or None."""
    for path in (name, f"tests/{name}", f"{beside}/{name}"):
        if path in tree or path in PROGRAMS:
            return path
        if path.endswith("/") and any(other.startswith(path) for other in tree):
            return path
    return None


def has_test(name: str, texts: list[str]) -> bool:
    start = name.rstrip("…")
    end = "" if name.endswith("…") else r"\b"
    found = re.compile(rf"(?:\bTEST(?:_F|_P)?\(\s*\w+,\s*|\bTEST(?:_F|_P)?\(\s*|\bdef |\bclass |\busing ){re.escape(start)}{end}")
    return any(found.search(text) for text in texts)


def _row(where: str, cell: str, tree):
    paths, names, beside = [], [], ""
    for token in TICKED.findall(cell):
        first = token.split()[0]  # `fuzz/run bundle`
        if not IS_PATH.search(first):
            names.append(token)
            continue
        for name in expanded(first):
            path = resolved(name, tree, beside)
            if path is None:
                yield f"{where}: {name} is not there"
            else:
                paths.append(path)
                beside = path.rsplit("/", 1)[0]
    texts = [text for path, text in tree.items() if any(path == p or (p.endswith("/") and path.startswith(p)) for p in paths)]
    for name in names:
        if not has_test(name, texts):
            yield f"{where}: {name} is no test of " + (", ".join(paths) or "any file")


def threat_model(tree):
    text = tree.get(MODEL, "")
    sections, before, holds_not = [], "", set()
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{MODEL}:{number}"
        if match := SECTION.match(line):
            sections.append(match[1].lower())
        if "does **not** hold" in line.lower() and sections:
            holds_not.add(sections[-1])
        if not line.startswith("|") or line.startswith(("|---", "| tries |")):
            continue
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) != 3 or not cells[2]:
            yield f"{where}: want what is tried, what stops it, and the test"
        elif cells[2] == "the same":
            yield from () if before else (f"{where}: the same as nothing",)
        elif cells[2] != "-":
            if not TICKED.search(cells[2]):
                yield f"{where}: names no test"
            yield from _row(where, cells[2], tree)
        before = cells[-1]
    for wanted, section in zip(ATTACKERS, sections + [""] * len(ATTACKERS)):
        if wanted not in section:
            yield f"{MODEL}:1: no page for {wanted}, or not in its place"
    for section in sections:
        if section not in holds_not:
            yield f"{MODEL}:1: {section}: says nothing of what does not hold"


def main() -> int:
    found = list(threat_model(rules.read_tree()))
    print("\n".join(found) if found else "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
