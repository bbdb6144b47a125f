"""The load of the chaos run: applications that submit and claim, and never give up on what is unanswered."""

import collections
import random
import threading
import time

import grpc

from harness.client import new_request_id
from harness.reports import THREAT, make_request
from harness.stubs import triage_service_pb2


class Submitted:
    """One report: what was sent, and what the first answer said."""

    def __init__(self, request):
        self.request, self.name, self.claimed = request, "", False


class Load:
    """`rate` reports a second, spread over threads, each retried with its own request id until acknowledged. Some
    are sent again although acknowledged. A share of the cases is claimed, likewise."""

    PATIENCE = 120  # seconds until an unanswered call is given up, which fails the run

    def __init__(self, client, seed: int, rate: float = 40, threads: int = 8, claim_share: float = 0.15):
        self._client, self._seed, self._pause = client, seed, threads / rate
        self._claim_share = claim_share
        self._stop, self._lock = threading.Event(), threading.Lock()
        self.submitted: list[Submitted] = []
        self.problems: list[str] = []
        self.errors = collections.Counter()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(threads)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No new reports; waits until every one begun is acknowledged."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _note(self, error) -> None:
        with self._lock:
            self.errors[error.code().name] += 1

    def _complain(self, text: str) -> None:
        with self._lock:
            self.problems.append(text)

    def _call(self, service, method, request):
        return self._client.call_until_answered(service, method, request, patience=self.PATIENCE, attempt=3,
                                                on_error=self._note)

    def _run(self, number: int) -> None:
        random_source = random.Random(self._seed * 1000 + number)
        count = 0
        while not self._stop.is_set():
            count += 1
            danger = random_source.random() < 0.1
            text = f"{THREAT if danger else 'He wants a refund.'} Marker {number}-{count}."
            item = Submitted(make_request(text, immediate_danger=danger))
            with self._lock:
                self.submitted.append(item)
            try:
                self._submit(item, again=random_source.random() < 0.1)
                if random_source.random() < self._claim_share:
                    self._claim(item)
            except grpc.RpcError as error:
                self._complain(f"{text}: {error.code().name} {error.details()}")
            time.sleep(self._pause * random_source.uniform(0.5, 1.5))

    def _submit(self, item: Submitted, again: bool) -> None:
        item.name = self._call("intake", "SubmitReport", item.request).name
        if again:
            name = self._call("intake", "SubmitReport", item.request).name
            if name != item.name:
                self._complain(f"request {item.request.request_id}: answered {item.name}, then {name}")

    def _claim(self, item: Submitted) -> None:
        case = None
        end = time.monotonic() + self.PATIENCE
        while case is None:
            try:
                case = self._call("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=item.name))
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.NOT_FOUND or time.monotonic() > end:
                    raise
                time.sleep(0.2)
        claim = triage_service_pb2.ClaimCaseRequest(request_id=new_request_id(), name=case.name)
        self._call("triage", "ClaimCase", claim)
        item.claimed = True
