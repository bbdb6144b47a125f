"""The house's rules as functions over the tree: each takes {path: text} and yields "path:line: what".

usage: rules.py RULE…   (see RULES; the tree is what git knows, or would know)
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = (".cc", ".h")
SIZED = (".cc", ".h", ".py", ".js", ".sh")
MAX_LINES, MAX_MAIN_LINES = 400, 80

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
DRIVER = re.compile(r"^(cppconn/|mysql_|mysql/|mariadb/|mysqld_error)")
# Pure files: what a rule says depends on nothing but its arguments.
RULE_FILES = re.compile(r"^services/\w+/(validate|case_state|assess|routing|retry|escalation|scoring|\w+_rules?)\.(cc|h)$")
RULE_MAY_INCLUDE = re.compile(
    r"^(absl/|mamori/v1/|mamori/\w+/v1/\w+\.pb\.h$|google/(protobuf|rpc)/|re2/|common/(calendar|status|id|policy|text)/"
    r"|common/idempotency/request_id(_rule)?\.h$|common/receipt/(receipt|sealed)\.h$|[a-z_]+$"
    # Rules themselves, and times as they are told: they read no clock.
    r"|common/authz/access_rules\.h$|common/time/(day|timestamp)\.h$"
    # Addresses as numbers: inet_pton and its types compute, they open nothing.
    r"|(sys/socket|netinet/in|arpa/inet)\.h$)")
IMPURE_STANDARD = {"chrono", "ctime", "filesystem", "fstream", "iostream", "thread", "mutex", "random", "future",
                   "condition_variable", "cstdio"}
CLOCK = re.compile(r"absl::Now\s*\(|(system|steady|high_resolution)_clock::now\b|\bgettimeofday\s*\(|\bclock_gettime\s*\("
                   r"|(?<![\w.>:])(std::|::)?time\s*\(\s*(nullptr|NULL|0|&)|GetCurrentTime(Nanos)?\s*\(|TimeUtil::GetCurrentTime")
DRIVER_CALL = re.compile(r"->\s*(commit|rollback|setAutoCommit)\s*\(")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|(?i:not implemented)")

FIELD = re.compile(r"^\s+(?:repeated |optional )?([\w.]+) (\w+) = \d+", re.M)
QUERY = re.compile(r"^(List|Search|Find|Watch|BatchGet|GetStatistics|Count|DryRun|Overview)\w*Request$")
OF_REPORTER = re.compile(r"reporter|submitter|^mode$|anonym|identified|for_person|order_by|^sort|group_by|^expression$|^where$")


def is_test(path: str) -> bool:
    return (path.startswith(("tests/", "common/testing/")) or path.endswith(("_test.cc", "_benchmark.cc"))
            or path.endswith("_fixture.h") or pathlib.PurePath(path).name.startswith(("test_", "fake_")))


def code_of(line: str) -> str:
    """The line without a // comment; string contents stay, which is good enough for these rules."""
    return line.split("//", 1)[0] if '"' not in line else line


def included(text: str):
    for number, line in enumerate(text.splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match.group(2)


def dependencies(tree):
    for path, text in tree.items():
        if not path.endswith(CODE):
            continue
        parts = path.split("/")
        for number, name in included(text):
            where = f"{path}:{number}"
            if DRIVER.match(name) and not (re.match(r"common/db/\w+\.cc$", path) or path.startswith("tests/driver/")):
                yield f"{where}: only common/db/*.cc and tests/driver see the database driver"
            if parts[0] == "common" and name.startswith(("services/", "tests/")):
                yield f"{where}: common includes nothing from {name.split('/')[0]}/"
            if parts[0] == "services" and name.startswith("tests/"):
                yield f"{where}: services include nothing from tests/"
            if parts[0] == "services" and name.startswith("services/") and name.split("/")[1] != parts[1]:
                yield f"{where}: services never include one another"
            if re.match(r"services/\w+/\w+_service\.(cc|h)$", path) and name.startswith("common/db/"):
                yield f"{where}: a service speaks to its store, not to common/db"
            if parts[0] == "services" and re.match(r"common/testing/|g(test|mock)/", name) and not is_test(path):
                yield f"{where}: only tests include test support"


def rule_files(tree):
    """Rule files include only what is pure, and of their own service only files that obey this rule too."""
    pure = {p for p in tree if RULE_FILES.match(p)}
    for path in list(pure):
        yield from _impure(tree, path, {path})


def _impure(tree, path, seen):
    for number, name in included(tree[path]):
        where = f"{path}:{number}"
        if name in IMPURE_STANDARD:
            yield f"{where}: a rule file does no I/O, waits for nothing and knows no clock: <{name}>"
        elif name.startswith("services/"):
            for file in (name, name[:-2] + ".cc"):
                if file in tree and file not in seen:
                    seen.add(file)
                    yield from _impure(tree, file, seen)
        elif not RULE_MAY_INCLUDE.match(name) or name.endswith(".grpc.pb.h"):
            yield f"{where}: a rule file includes protos, absl and other rules alone, not {name}"


def clocks(tree):
    for path, text in tree.items():
        if not path.endswith(CODE) or path.startswith("common/time/") or is_test(path):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if CLOCK.search(code_of(line)):
                yield f"{path}:{number}: reads a clock; take a time::Clock through the constructor"


def driver_calls(tree):
    for path, text in tree.items():
        if not path.endswith(CODE) or path.startswith("tests/driver/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if DRIVER_CALL.search(code_of(line)):
                yield f"{path}:{number}: this driver call hides failure; send the statement (common/db/connection.cc)"


def sizes(tree):
    for path, text in tree.items():
        limit = MAX_MAIN_LINES if pathlib.PurePath(path).name == "main.cc" else MAX_LINES
        lines = text.count("\n")
        if path.endswith(SIZED) and lines > limit:
            yield f"{path}:{lines}: more than {limit} lines; has it more than one reason to change?"


def unfinished(tree):
    for path, text in tree.items():
        if path.endswith(CODE + (".proto", ".sh", ".sql", ".textproto")):
            for number, line in enumerate(text.splitlines(), 1):
                if UNFINISHED.search(line):
                    yield f"{path}:{number}: unfinished by its own words"


def readmes(tree):
    """Every folder explains itself: it has a README.md, or its parent's names it."""
    for folder in sorted({str(pathlib.PurePath(p).parent) for p in tree} - {"."}):
        if folder.startswith(".") or f"{folder}/README.md" in tree:
            continue
        parent = pathlib.PurePath(folder).parent
        names = [f"{up}/README.md" if str(up) != "." else "README.md" for up in (parent, *parent.parents)]
        name = pathlib.PurePath(folder).name
        if not any(re.search(rf"`[^`]*\b{re.escape(name)}/?`", tree.get(file, "")) for file in names):
            yield f"{folder}:1: no README.md, and none above says what `{name}/` is"


def rpcs_of(tree):
    """Package, service and name of every RPC of the contract."""
    for path, text in tree.items():
        if not path.startswith("proto/") or not path.endswith(".proto"):
            continue
        package = re.search(r"^package ([\w.]+);", text, re.M)
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", text, re.M | re.S):
            for rpc in re.findall(r"^\s*rpc (\w+)\s*\(", body, re.M):
                yield package.group(1), service, rpc


def authorization(tree):
    """Every RPC has exactly one row, every row an RPC, and a service has a purpose or acts for a person whose token it
    passes on, never a person of its own."""
    table = tree["deploy/config/authorization.textproto"]
    rows = re.findall(r'method:\s*"([^"]+)"', table)
    rpcs = {f"/{package}.{service}/{rpc}" for package, service, rpc in rpcs_of(tree)}
    where = "deploy/config/authorization.textproto:1"
    for rpc in sorted(rpcs - set(rows)):
        yield f"{where}: {rpc} has no row"
    for row in sorted(set(rows)):
        if row not in rpcs:
            yield f"{where}: {row} is no RPC"
        if rows.count(row) > 1:
            yield f"{where}: {row} has {rows.count(row)} rows"
    for number, line in enumerate(table.splitlines(), 1):
        stated = "purpose:" in line or "on_behalf: true" in line
        if "/service/" in line and "callers" in line and ("person:" in line or not stated):
            yield f"deploy/config/authorization.textproto:{number}: a service acts for a named purpose, or on behalf"


def reporter_queries(tree):
    """Nothing that lists, finds, watches or counts is filtered, sorted or grouped by what a reporter is, in whatever the
    messages are that it takes; nor by an expression, in which anything could stand. Words to look for in texts are no
    expression."""
    messages = {}
    for path, text in tree.items():
        if path.startswith("proto/") and path.endswith(".proto"):
            for match in re.finditer(r"^message (\w+) \{(.*?)^\}", text, re.M | re.S):
                line = text[:match.start()].count("\n") + 1
                messages[match.group(1)] = (f"{path}:{line}", FIELD.findall(match.group(2)))

    def fields(name: str, seen: frozenset):
        for kind, field in messages.get(name, ("", []))[1]:
            yield field
            short = kind.split(".")[-1]
            if short not in seen:
                yield from fields(short, seen | {short})
    for name, (where, _) in messages.items():
        if QUERY.match(name):
            for field in fields(name, frozenset({name})):
                if OF_REPORTER.search(field):
                    yield f"{where}: {name} asks by {field}: no query may single a reporter out"


# What no person calls from a command line, and why.
NO_COMMAND = {
    "mamori.intake.v1.BundleService/ExportReports": "for triage, on behalf of who asks for a bundle",
    "mamori.intake.v1.ContactService/BatchGetContacts": "for triage, which counts contacts",
    "mamori.intake.v1.IdentityService/ListReportReads": "for triage, on behalf of who records a leak",
    "mamori.intake.v1.IntakeEventService/IngestEvents": "for triage's relay",
    "mamori.intake.v1.IntakeService/Echo": "for load measurements",
    "mamori.notification.v1.NotificationService/IngestEvents": "for triage's relay",
    "mamori.triage.v1.ReporterTimelineService/ReadReporterTimeline": "for intake, which knows the reporter",
    "mamori.triage.v1.TriageService/CheckAccess": "for the other services",
    "mamori.triage.v1.TriageService/IngestEvents": "for intake's relay",
    "mamori.triage.v1.TwoPersonService/UseIdentityAct": "for intake, which keeps identities",
}


def commands(tree):
    """mamorictl calls every RPC, but those that are listed above with a reason; each on a stub of the RPC's service."""
    sources = [text for path, text in tree.items()
               if re.match(r"services/mamorictl/\w+\.(cc|h)$", path) and not is_test(path)]
    where = "tests/lint/rules.py:1"
    rpcs = set()
    for package, service, rpc in rpcs_of(tree):
        accessor = package.split(".")[1]
        name = f"{package}.{service}/{rpc}"
        rpcs.add(name)
        # By a pointer to the stub's method, or on a stub; in a file that knows the service, or by the session's stubs
        # of it.
        called = re.compile(rf"(?:->|\.|::){rpc}\b(?!Request|Response)")
        knows = re.compile(rf"\b{service}\b|\bsession\.(?:{accessor}|reporter|dialogue)\(\)|\bcase_text\.h")
        found = any(called.search(source) and knows.search(source) for source in sources)
        if found == (name in NO_COMMAND):
            yield f"{where}: {name} " + ("has a command and is listed as one without" if found else
                                          "has no command of mamorictl")
    for name in sorted(set(NO_COMMAND) - rpcs):
        if rpcs:
            yield f"{where}: {name} is no RPC"


RULES = {f.__name__: f for f in (dependencies, rule_files, clocks, driver_calls, sizes, unfinished, readmes,
                                 authorization, reporter_queries, commands)}


def read_tree() -> dict[str, str]:
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, capture_output=True).stdout.decode().split("\0")
    tree = {}
    for path in filter(None, listed):
        try:
            tree[path] = (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            tree.setdefault(path, "")
    return tree


def main() -> int:
    tree = read_tree()
    found = [line for name in sys.argv[1:] or RULES for line in RULES[name](tree)]
    print("\n".join(found) if found else f"{len(tree)} files, nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
