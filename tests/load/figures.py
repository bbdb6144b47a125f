"""The figures of the load test. Each function makes those it is named for and returns them."""

import pathlib
import statistics
import subprocess
import time

from harness.processes import wait_until

from . import machine, proof, pruning, searches
from .system import PARTS, SERVICES, FigureError, System

LATENCY_IN_FLIGHT = 8   # of get, list and the echo that they are compared with
ROAD_WINDOW = 512       # reports that are on the road at once while road_rps is measured


class Plan:
    """How long and how often to measure."""

    def __init__(self, quick: bool):
        self.quick = quick
        self.flags = {"warmup": "1s" if quick else "2s", "window": "3s" if quick else "10s"}
        self.short = {"warmup": "1s", "window": "2s" if quick else "4s"}
        self.rounds = 1 if quick else 3
        self.writers = (8,) if quick else (4, 8, 16, 32)
        self.sizes = {"10k": 10_000} if quick else {"10k": 10_000, "1m": 1_000_000}


def median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def services_at_rest(system: System, plan: Plan) -> dict:
    """rss_mib and start_ms of every service, alone on the machine."""
    system.fresh_schemas()
    system.start_services()  # the first start of each reads its binary from the disk
    system.stop_services()
    starts = {s: [] for s in SERVICES}
    for _ in range(plan.rounds):
        for service in SERVICES:
            starts[service].append(system.start_service(service))
        time.sleep(2)
        rss = {s: machine.rss_mib(p.pid) for s, p in system.services.items()}
        system.stop_services()
    return {"rss_mib": rss, "start_ms": {s: median(values) for s, values in starts.items()}}


def echo(system: System, plan: Plan) -> dict:
    """echo_rps and bare_echo_rps in turns, so that the machine's moods meet both."""
    system.fresh_schemas()
    system.start_services(only=("intake",), paused=True)
    bare = system.start_bare()
    ours, theirs = [], []
    for _ in range(plan.rounds):
        ours.append(system.drive("echo", system.ports["intake"], in_flight=256, **plan.short))
        theirs.append(system.drive("echo", bare, in_flight=256, **plan.short))
    system.bare.kill()
    return {"echo_rps": median([r["rps"] for r in ours]), "echo_p50_ms": median([r["p50_ms"] for r in ours]),
            "echo_p99_ms": median([r["p99_ms"] for r in ours]),
            "bare_echo_rps": median([r["rps"] for r in theirs]),
            "cpu": {"echo": ours[-1]["cpu"], "bare_echo": theirs[-1]["cpu"]}}


def submit(system: System, plan: Plan, in_flight: int) -> dict:
    """submit_rps_N with its quantiles; the relays are paused."""
    system.fresh_schemas()
    system.start_services(only=("intake",), paused=True)
    result = system.drive("submit", system.ports["intake"], in_flight=in_flight, **plan.flags)
    name = f"submit_rps_{in_flight}"
    return {name: result["rps"], f"{name}_p50_ms": result["p50_ms"], f"{name}_p99_ms": result["p99_ms"],
            "cpu": {name: result["cpu"]}}


def submit_beside_echo(system: System, plan: Plan) -> dict:
    """submit_rps_256 in turns with the echo of the same process, so that the machine's moods meet both."""
    system.fresh_schemas()
    system.start_services(only=("intake",), paused=True)
    turns = []
    for _ in range(plan.rounds):
        echo = system.drive("echo", system.ports["intake"], in_flight=256, **plan.short)
        turns.append((echo["rps"], system.drive("submit", system.ports["intake"], in_flight=256, **plan.flags)))
    results = [result for _, result in turns]
    return {"submit_rps_256": median([r["rps"] for r in results]),
            "submit_rps_256_p50_ms": median([r["p50_ms"] for r in results]),
            "submit_rps_256_p99_ms": median([r["p99_ms"] for r in results]),
            "submit_rps_256_of_echo": median([r["rps"] / echo for echo, r in turns]),
            "cpu": {"submit_rps_256": results[-1]["cpu"]}}


def analyze(system: System, plan: Plan) -> dict:
    """analyze_rps, and the quantiles of one analysis after the other: what AnalyzeReport takes with nobody in its way."""
    system.start_services(only=("triage",), paused=True)
    many = system.drive("analyze", system.ports["triage"], in_flight=16, **plan.short)
    alone = [system.drive("analyze", system.ports["triage"], in_flight=1, **plan.short) for _ in range(plan.rounds)]
    return {"analyze_rps": many["rps"], "analyze_p50_ms": median([r["p50_ms"] for r in alone]),
            "analyze_p99_ms": median([r["p99_ms"] for r in alone]),
            "cpu": {"analyze": many["cpu"], "analyze_alone": alone[-1]["cpu"]}}


def submit_one_tx(system: System, plan: Plan) -> dict:
    """The same service with one request per transaction; the best number of writers."""
    rates, cpu = {}, {}
    for writers in plan.writers:
        system.fresh_schemas()
        system.start_services(only=("intake",), paused=True, group_commit=f"max_batch: 1 writers: {writers}")
        result = system.drive("submit", system.ports["intake"], in_flight=256, **plan.flags)
        rates[writers], cpu[writers] = result["rps"], result["cpu"]
    best = max(rates, key=rates.get)
    return {"submit_one_tx_rps": rates[best], "submit_one_tx_writers": best,
            "submit_one_tx_rps_by_writers": {str(w): r for w, r in rates.items()},
            "cpu": {"submit_one_tx": cpu[best]}}


def _await_mails(system: System, cases: int, what: str) -> None:
    """Until so many different cases have their mail and no more mails come."""
    try:
        wait_until(what, lambda: system.mails()[1] >= cases, 120, 0.2)
    except AssertionError:
        raise FigureError(f"{cases - system.mails()[1]} reports without a mail: {what}") from None
    last = None
    while last != (last := system.mails()):
        time.sleep(0.5)


def _begin_road(system: System) -> None:
    system.fresh_schemas()
    system.start_services()
    # Connections, caches and policies are there before anything is counted.
    before = system.mails()[1]
    warm = system.drive("submit", system.ports["intake"], rate=50, warmup="0s", window="1s")
    _await_mails(system, before + warm["begun"], "the first reports arrive")


def road(system: System, plan: Plan) -> dict:
    """road_rps, then submit to mail at a third of it."""
    _begin_road(system)
    counters = system.directory / "mail.counters"
    before = system.mails()
    result = system.drive("submit", system.ports["intake"], road_window=ROAD_WINDOW, counters=counters,
                          in_flight=ROAD_WINDOW, **plan.flags)
    _await_mails(system, before[1] + result["begun"], "road_rps ends")
    after = system.mails()
    figures = {"road_rps": result["mail_rps"], "mails_per_report": round((after[0] - before[0]) / result["begun"], 2),
               "road_sinks_cpu_percent": result["cpu"]["sink"], "cpu": {"road": result["cpu"]}}

    rate = max(1.0, result["mail_rps"] / 3)
    windows = []
    for n in range(3):
        acknowledged = system.directory / f"window-{n}.txt"
        cases = system.mails()[1]
        window = system.drive("submit", system.ports["intake"], rate=rate, in_flight=4096, out=acknowledged,
                              **plan.short)
        _await_mails(system, cases + window["begun"], f"latency window {n + 1} ends")
        windows.append((acknowledged, window))
    latencies = _latencies(system, [w[0] for w in windows])
    figures |= {"submit_to_mail_p50_ms": median([q[0] for q in latencies]),
                "submit_to_mail_p99_ms": median([q[1] for q in latencies]),
                "submit_to_mail_windows": latencies, "submit_to_mail_rate": round(rate, 1)}
    figures["cpu"]["submit_to_mail"] = windows[-1][1]["cpu"]
    return figures


def _latencies(system: System, files: list[pathlib.Path]) -> list[list[float]]:
    """p50 and p99 of every window, in ms: from the call's begin until the last mail of the case was accepted."""
    names, pairs = system.directory / "names.txt", system.directory / "cases.txt"
    names.write_text("".join(line.split()[0] + "\n" for file in files for line in file.read_text().splitlines()))
    system.drive("cases", system.ports["triage"], names=names, out=pairs)
    case_of = {}
    for line in pairs.read_text().splitlines():
        case, report = line.split()
        case_of[report] = case.removeprefix("cases/")
    arrived = {}
    for micros, _, case, _ in system.mail_log():
        arrived[case] = max(int(micros), arrived.get(case, 0))
    quantiles = []
    for file in files:
        took = []
        for line in file.read_text().splitlines():
            report, sent, _ = line.split()
            if report not in case_of or case_of[report] not in arrived:
                raise FigureError("an acknowledged report has no case or no mail")
            took.append((arrived[case_of[report]] - int(sent)) / 1000)
        took.sort()
        quantiles.append([round(took[len(took) // 2], 3), round(took[min(len(took) - 1, len(took) * 99 // 100)], 3)])
    return quantiles


def submit_live(system: System, plan: Plan) -> dict:
    """submit_live_rps with everything running, and what comes out of the road meanwhile."""
    _begin_road(system)
    result = system.drive("submit", system.ports["intake"], in_flight=256, counters=system.directory / "mail.counters",
                          expect="RESOURCE_EXHAUSTED", **plan.flags)
    refused = result["errors"].get("RESOURCE_EXHAUSTED", 0)
    return {"submit_live_rps": result["rps"], "submit_live_p99_ms": result["p99_ms"],
            "submit_live_refused": refused, "road_live_rps": result["mail_rps"],
            "live_sinks_cpu_percent": result["cpu"]["sink"], "cpu": {"submit_live": result["cpu"]}}


READS = {"get_report": "intake", "get_case": "triage", "list_reports": "intake", "list_cases": "triage"}


def reads(system: System, plan: Plan) -> dict:
    """get_p99_ms and list_p99_ms at each size: the worse of reports and cases."""
    figures: dict = {"cpu": {}, "reads": {}}
    for label, size in plan.sizes.items():
        system.fresh_schemas()
        system.say(f"loading {size:,} reports and cases through the stores")
        begin = time.monotonic()
        names = _load(system, size)
        figures[f"load_{label}_s"] = round(time.monotonic() - begin, 1)
        system.let_database_settle()
        system.start_services(only=("intake", "triage"), paused=True)
        time.sleep(1)
        results = {"echo": []} | {m: [] for m in READS}
        for _ in range(3):
            results["echo"].append(system.drive("echo", system.ports["intake"], in_flight=LATENCY_IN_FLIGHT,
                                                **plan.short))
            for method, service in READS.items():
                flags = plan.short | ({"names": names[method]} if method in names else {})
                results[method].append(system.drive(method, system.ports[service], in_flight=LATENCY_IN_FLIGHT,
                                                    **flags))
        p99 = {m: median([r["p99_ms"] for r in rs]) for m, rs in results.items()}
        figures["reads"][label] = {m: {"rps": median([r["rps"] for r in rs]), "p50_ms": median([r["p50_ms"] for r in rs]),
                                       "p99_ms": p99[m]} for m, rs in results.items()}
        figures[f"get_p99_ms_{label}"] = max(p99["get_report"], p99["get_case"])
        figures[f"list_p99_ms_{label}"] = max(p99["list_reports"], p99["list_cases"])
        figures[f"echo_{LATENCY_IN_FLIGHT}_p99_ms_{label}"] = p99["echo"]
        figures["cpu"][f"reads_{label}"] = {m: rs[-1]["cpu"] for m, rs in results.items()}
    return figures


def _load(system: System, size: int) -> dict[str, pathlib.Path]:
    reports, cases = system.directory / "reports.txt", system.directory / "cases.txt"
    done = subprocess.run([PARTS / "bulk_load", f"--database={system.database.address}",
                           f"--key_store={system.keys.address}",
                           f"--password_dir={system.directory}", f"--tls_ca={system.certificates.ca}",
                           f"--policy={system.policy}", f"--access_key={system.directory}/access.key",
                           f"--audit_key={system.directory}/audit.key",
                           f"--count={size}", f"--reports={reports}", f"--cases={cases}"])
    if done.returncode != 0:  # it has said why on standard error, where its progress stands too
        raise FigureError("bulk_load failed")
    # Nobody is to be told of these.
    system.database.sql("".join(f"TRUNCATE mamori_{s}.outbox;" for s in ("intake", "triage")))
    return {"get_report": reports, "get_case": cases}


# What can be asked for with --only, and which function makes it.
GROUPS = {
    "rest": (("rss_mib", "start_ms"), services_at_rest),
    "echo": (("echo_rps", "bare_echo_rps"), echo),
    "submit_1": (("submit_rps_1",), lambda s, p: submit(s, p, 1)),
    "submit_64": (("submit_rps_64",), lambda s, p: submit(s, p, 64)),
    "submit_256": (("submit_rps_256",), submit_beside_echo),
    "analyze": (("analyze_rps", "analyze_p50_ms", "analyze_p99_ms"), analyze),
    "one_tx": (("submit_one_tx_rps",), submit_one_tx),
    "pruning": (("submit_still_p99_ms", "submit_pruning_p99_ms", "pruned_rows_per_s"), pruning.submit_beside_pruning),
    "road": (("road_rps", "submit_to_mail_p50_ms", "submit_to_mail_p99_ms"), road),
    "live": (("submit_live_rps", "road_live_rps"), submit_live),
    "audit_verify": (("audit_verify_rows_per_s",), lambda s, p: proof.audit_verify(s, p, _load)),
    "receipts": (("receipt_p99_ms",), proof.receipts),
    "upload": (("upload_mib_per_s",), proof.upload),
    "search": (("search_mib_per_core_s",), searches.search_reports),
    "case_search": (("case_search_mib_per_core_s",), searches.search_cases),
    "reads": (("get_p99_ms_10k", "get_p99_ms_1m", "list_p99_ms_10k", "list_p99_ms_1m"), reads),
}
