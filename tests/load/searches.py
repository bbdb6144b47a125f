"""The figures of looking for words in sealed text: reports by intake, cases by triage."""

import concurrent.futures
import time

from harness.client import Client
from harness.processes import wait_until
from harness.reports import make_request
from harness.stubs import (case_pb2, case_search_service_pb2, intake_service_pb2, search_service_pb2,
                           triage_service_pb2)

from . import machine
from .system import FigureError, System

REPORTS = 4000
CASES, NOTES = 100, 20  # notes of each case
TEXT_BYTES = 4096  # of a narrative or a note
_WORDS = "\u5f7c\u306f\u8fd4\u91d1\u3092\u4f55\u5ea6\u3082\u6c42\u3081\u305f\u3002He asked for a REFUND once more, he said. "
TEXT = (_WORDS * (TEXT_BYTES // len(_WORDS.encode()) + 1)).encode()[:TEXT_BYTES].decode(errors="ignore")


def _client(system: System) -> Client:
    return Client({s: [system.ports[s]] for s in ("intake", "triage")}, system.certificates, system._tokens,
                  tenant="load", person="load-driver")


def _submit(client: Client, count: int, text: str) -> None:
    for first in range(0, count, 200):
        client.call("intake", "BatchSubmitReports", intake_service_pb2.BatchSubmitReportsRequest(
            requests=[make_request(text) for _ in range(min(200, count - first))]), timeout=60)


def _measure(name: str, page, pid: int, texts: int) -> dict:
    """Three searches through all pages for what no text has; page(token, words) makes one."""
    mib = texts * len(TEXT.encode()) / (1 << 20)
    rates, walls = [], []
    for _ in range(3):
        spent, begin, token, pages = machine.cpu_seconds(pid), time.monotonic(), "", 0
        while True:
            answer = page(token, "zebra")
            token, pages = answer.next_page_token, pages + 1
            if not token:
                break
        rates.append(mib / max(0.01, machine.cpu_seconds(pid) - spent))
        walls.append(mib / (time.monotonic() - begin))
    if len(page("", "refund").matches) != 100:
        raise FigureError(f"the search of {name} does not see the texts")
    return {f"{name}_mib_per_core_s": round(sorted(rates)[1], 1), f"{name}_mib_per_s": round(sorted(walls)[1], 1),
            f"{name}_pages": pages}


def search_reports(system: System, plan) -> dict:
    """search_mib_per_core_s: narratives opened and looked through by SearchReports for what none of them has, by the CPU
    time that intake takes for it: listing, asking triage who may, fetching keys, opening, and the audit's record of it."""
    system.fresh_schemas()
    system.start_services(only=("intake", "triage"))
    client = _client(system)
    _submit(client, REPORTS, TEXT)

    def page(token: str, words: str):
        return client.call("intake", "SearchReports", search_service_pb2.SearchReportsRequest(
            query=words, page_token=token, page_size=100), timeout=60)

    intake = system.services["intake"].pid
    wait_until("the cases are there", lambda: machine.cpu_seconds(intake) == (time.sleep(1), machine.cpu_seconds(intake))[1],
               120, 0.1)
    figures = _measure("search", page, intake, REPORTS)
    client.close()
    return figures


def search_cases(system: System, plan) -> dict:
    """case_search_mib_per_core_s: notes opened and looked through by SearchCases for what none of them has, by the CPU time
    that triage takes for it: listing, deciding who may, fetching keys, opening, and the audit's record of it."""
    system.fresh_schemas()
    system.start_services(only=("intake", "triage"))
    client = _client(system)
    _submit(client, CASES, "He asked once more.")

    def cases() -> list:
        found = client.pages("triage", "ListCases", triage_service_pb2.ListCasesRequest(page_size=100), "cases")
        return [case.name for case in found]

    wait_until("the cases are there", lambda: len(cases()) == CASES, 60, 0.2)

    def write(case: str) -> None:
        for n in range(NOTES):
            client.call("triage", "AddNote", triage_service_pb2.AddNoteRequest(
                request_id=f"note-{n}-{case[-20:]}", name=case, note=case_pb2.CaseNote(text=TEXT)), timeout=20)

    with concurrent.futures.ThreadPoolExecutor(8) as desk:
        list(desk.map(write, cases()))

    def page(token: str, words: str):
        return client.call("triage", "SearchCases", case_search_service_pb2.SearchCasesRequest(
            query=words, page_token=token, page_size=100), timeout=60)

    figures = _measure("case_search", page, system.services["triage"].pid, CASES * NOTES)
    client.close()
    return figures
