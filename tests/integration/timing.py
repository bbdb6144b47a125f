"""What is hidden takes as long as what never was: measured, call by call, for whichever RPCs are asked for."""

import os
import time

import grpc

from every_request import NAMED, STREAMS, make
from harness import receipt
from harness.reports import make_anonymous
from harness.stubs import dialogue_service_pb2, reporter_service_pb2, triage_service_pb2
from harness.welch import Fleet, HeldUp, largest_t
from hidden_cases import SERVICE_OF

# What |t| has to stay below: by chance it is above once in a hundred thousand times.
LIMIT = 4.5
# Of both that are compared, together: 20,000 in the long form.
LEAST, LEAST_LONG = 1_000, 20_000
# Not less than these are asked for in the short form: one of each way in which NOT_FOUND leaves.
SHORT = ("GetCase", "GetReport", "DownloadEvidence")
# Those most at risk come first; then every stream that names something.
LONG = ("GetCase", "GetReport", "ListDeliveries", "WatchCases", "ListEvidence", "ListMessages", "RetryDelivery",
        "ListAnonymousMessages", "PostAnonymousMessage", "RotateReceipt") + tuple(STREAMS)
PLANTED = 200e-6
# Codes of calls that a machine which stood still did not let through, and how many of all may be so.
STOOD_STILL, MOST_HELD_UP = ("DEADLINE_EXCEEDED", "UNAVAILABLE"), 0.02
# A stream that was left keeps its place for a while, and there are few: fewer calls, and a rest between them.
FEW_WATCHED, WATCH_REST = 1_000, 0.3


def chosen() -> tuple[str, ...]:
    """MAMORI_WELCH names the RPCs, separated by commas."""
    named = os.environ.get("MAMORI_WELCH", "")
    return tuple(named.split(",")) if named else LONG if os.environ.get("MAMORI_LONG") else SHORT


def least() -> int:
    """MAMORI_WELCH_CALLS says how many calls are compared at least."""
    return int(os.environ.get("MAMORI_WELCH_CALLS", LEAST_LONG if os.environ.get("MAMORI_LONG") else LEAST))


def of_receipt(method: str) -> bool:
    return "Anonymous" in method or "Receipt" in method


class Timing:
    """For a HiddenCases. Each call is of one of three kinds: of what is hidden, of what never was, and of what never
    was but is answered PLANTED seconds later. They are made in a random order, by many threads with a channel each,
    since a call mostly waits; so whatever else the machine does falls on all three alike."""

    # A call of each kind at once is held up by the two others on a small machine; more than this is only noise.
    THREADS = int(os.environ.get("MAMORI_WELCH_THREADS", "4"))

    def test_what_is_hidden_takes_as_long_as_what_never_was(self):
        accused = [self.system.client(person="accused") for _ in range(self.THREADS)]
        reporters = [self.system.client(identity="ctl") for _ in range(self.THREADS)]
        hidden = self.a_case(self.client, hidden=True)
        for method in chosen():
            with self.subTest(method=method):
                clients = reporters if of_receipt(method) else accused
                self.measure(method, Fleet(clients, self.asker(method, hidden)))

    def measure(self, method: str, fleet: Fleet) -> None:
        """As many calls as it takes to notice what is planted, but no fewer than `least`."""
        share = (min(least(), FEW_WATCHED) if method == "WatchCases" else least()) // 2
        times = fleet.interleave([share] * 3)
        while largest_t(times[1], times[2]) <= LIMIT and len(times[0]) < 10 * share:
            for all_times, more in zip(times, fleet.interleave([share] * 3)):
                all_times.extend(more)
        planted, found = largest_t(times[1], times[2]), largest_t(times[0], times[1])
        print(f"{method}: {len(times[0]) + len(times[1])} calls compared, |t| {found:.2f} of hidden and never there; "
              f"{planted:.1f} of {PLANTED * 1e6:.0f} microseconds planted", flush=True)
        self.assertLess(fleet.held_up, MOST_HELD_UP * sum(map(len, times)), "calls that were held up")
        self.assertGreater(planted, LIMIT, "200 microseconds more are noticed")
        self.assertLess(found, LIMIT, f"{len(times[0])} calls each")

    def asker(self, method: str, hidden: dict[str, str]):
        """call(client, kind): makes one call and waits for its end."""
        ask = (self._watching() if method == "WatchCases" else self._by_receipt(method) if of_receipt(method)
               else self._by_name(method, hidden))

        def call(client, kind: int):
            taken = ask(client, kind)
            if kind == 2:
                time.sleep(PLANTED)
            return None if taken is None else taken + (PLANTED if kind == 2 else 0)
        return call

    def hears_nothing(self, answer: tuple) -> None:
        if answer[0] in STOOD_STILL:
            raise HeldUp
        self.assertEqual(answer[0], "NOT_FOUND", answer)

    def _by_name(self, method: str, hidden: dict[str, str]):
        kind_of_name = STREAMS[method][1] if method in STREAMS else self.kind_of(method)

        def ask(client, kind: int) -> None:
            name = self.random_of(kind_of_name) if kind else hidden[kind_of_name]
            self.hears_nothing(self.stream_answer(client, method, name) if method in STREAMS else self.answer(
                client, method, make(method, name)))
        return ask

    def _watching(self):
        """How soon the first message comes, resumed from before what is hidden happened and from after it."""
        def token():
            stream = self.accused.stub("triage", 0).WatchCases(
                triage_service_pb2.WatchCasesRequest(), metadata=self.accused.metadata())
            try:
                return next(stream).resume_token
            finally:
                stream.cancel()
        before = token()
        self.hidden_case()
        after = token()

        def ask(client, kind: int) -> float:
            begin = time.perf_counter()
            stream = client.stub("triage", 0).WatchCases(triage_service_pb2.WatchCasesRequest(
                resume_token=after if kind else before), metadata=client.metadata())
            try:
                next(stream)
                return time.perf_counter() - begin
            except grpc.RpcError as error:
                raise HeldUp from error
            finally:
                stream.cancel()
                time.sleep(WATCH_REST)
        return ask

    def _by_receipt(self, method: str):
        """A receipt that somebody had before he got a new one, and one that nobody ever had."""
        mine = make_anonymous("x")
        self.reporter.call_until_answered("intake", "SubmitAnonymousReport", mine, anonymous=True)
        self.reporter.call_until_answered("intake", "RotateReceipt", reporter_service_pb2.RotateReceiptRequest(
            receipt=mine.receipt, new_receipt=receipt.make()), anonymous=True)

        def request(of: str):
            if method == "RotateReceipt":
                return reporter_service_pb2.RotateReceiptRequest(receipt=of, new_receipt=receipt.make())
            if method == "PostAnonymousMessage":
                return dialogue_service_pb2.PostAnonymousMessageRequest(
                    receipt=of, request_id="request-" + of[:8], message={"text": "x", "language": "en"})
            return dialogue_service_pb2.ListAnonymousMessagesRequest(receipt=of)

        def ask(client, kind: int) -> None:
            self.hears_nothing(self.answer(client, method, request(receipt.make() if kind else mine.receipt),
                                           anonymous=True))
        return ask


assert set(SHORT) <= set(NAMED) | set(STREAMS) and set(LONG) <= set(SERVICE_OF)
