"""Processes come and go: orderly stops under load, a missing database, an old schema, a dead lease holder."""

import collections
import itertools
import pathlib
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import audit  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.ids import name_of  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import intake_service_pb2, notification_service_pb2, triage_service_pb2  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402


class Load:
    """Threads that submit, each waiting for its answer, and remember what was acknowledged; beside them some that read
    and write in all three services, and one that watches."""

    def __init__(self, client, case: str, report: str, threads: int = 4):
        self._client, self._stop = client, threading.Event()
        self._case, self._report = case, report
        self.acknowledged: dict[str, str] = {}  # name by request id
        self.noted: list[str] = []  # acknowledged notes, each its text
        self.errors = collections.Counter()  # by method and code
        self.answered = collections.Counter()  # by method
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._submit) for _ in range(threads)]
        self._threads += [threading.Thread(target=self._use), threading.Thread(target=self._watch)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _call(self, service: str, method: str, request):
        def failed(error):
            with self._lock:
                self.errors[method, error.code()] += 1

        answer = self._client.call_until_answered(service, method, request, on_error=failed)
        with self._lock:
            self.answered[method] += 1
        return answer

    def _submit(self):
        while not self._stop.is_set():
            request = make_request("Under load. refund")
            answer = self._call("intake", "SubmitReport", request)
            with self._lock:
                self.acknowledged[request.request_id] = answer.name
            time.sleep(0.01)

    def _use(self):
        reads = (("intake", "GetReport", intake_service_pb2.GetReportRequest(name=self._report)),
                 ("intake", "ListReports", intake_service_pb2.ListReportsRequest(page_size=5)),
                 ("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=self._case)),
                 ("triage", "ListCases", triage_service_pb2.ListCasesRequest(page_size=5)),
                 ("notification", "ListDeliveries", notification_service_pb2.ListDeliveriesRequest(page_size=5)))
        while not self._stop.is_set():
            for service, method, request in reads:
                self._call(service, method, request)
            note = triage_service_pb2.AddNoteRequest(request_id=new_request_id(), name=self._case)
            note.note.text = note.request_id
            self._call("triage", "AddNote", note)
            self.noted.append(note.request_id)
            time.sleep(0.01)

    def _watch(self):
        """From replica to replica; what ends it while nobody stops this is an error like any other."""
        for turn in itertools.count():
            if self._stop.is_set():
                return
            stream = self._client.stub("triage", turn % 2).WatchCases(
                triage_service_pb2.WatchCasesRequest(), metadata=self._client.metadata(), timeout=30)
            stopping = threading.Timer(0, lambda watched=stream: (self._stop.wait(30), watched.cancel()))
            stopping.start()
            try:
                for _ in stream:
                    with self._lock:
                        self.answered["WatchCases"] += 1
            except grpc.RpcError as error:
                if not self._stop.is_set():
                    with self._lock:
                        self.errors["WatchCases", error.code()] += 1
            time.sleep(0.05)


def with_webhook(service: str, replica: int, config) -> None:
    """Checkpoints are posted as well."""
    system = LifecycleTest.system
    config.audit.sink_url = system.webhook.url("/audit")
    config.audit.sink_ca_file = str(system.certificates.ca)


class LifecycleTest(SystemTest):
    OPTIONS = {"durable": True, "adjust": with_webhook}

    def test_sigterm_under_load_shows_clients_only_unavailable_and_loses_nothing(self):
        report = self.submit()
        case = self.wait_case(report).name
        with Load(self.client, case, report) as load:
            time.sleep(0.5)
            for service in self.system.processes:
                for process in self.system.processes[service]:
                    begin = time.monotonic()
                    self.assertEqual(process.stop(), 0, f"{process.name}: exit code")
                    self.assertLess(time.monotonic() - begin, 12, f"{process.name}: longer than its grace")
                    process.start()
                    self.system.wait_ready()
        self.assertEqual({what: n for what, n in load.errors.items() if what[1] != grpc.StatusCode.UNAVAILABLE}, {})
        for method in ("GetReport", "ListReports", "GetCase", "ListCases", "ListDeliveries", "AddNote", "WatchCases"):
            self.assertGreater(load.answered[method], 0, method)
        noted = self.client.call("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=case)).notes
        self.assertEqual(sorted(n.text for n in noted), sorted(load.noted))
        self.assertEqual(len(set(load.acknowledged.values())), len(load.acknowledged))
        for name in load.acknowledged.values():
            self.client.call("intake", "GetReport", intake_service_pb2.GetReportRequest(name=name))
            self.wait_case(name)

    def test_readiness_fails_without_the_database_and_liveness_never_does(self):
        everyone = [(s, n) for s in self.system.processes for n in range(2)]
        self.system.database.kill()
        for service, n in everyone:
            wait_until(f"{service}-{n} is not ready",
                       lambda: self.system.readiness(service, n) == "NOT_SERVING", 15)
            self.assertEqual(self.system.liveness(service, n), "SERVING")
        error = self.assert_code(grpc.StatusCode.UNAVAILABLE, "intake", "SubmitReport", make_request(), timeout=30)
        self.assert_reason(error, "DEPENDENCY_UNAVAILABLE")
        self.system.database.start()
        self.system.wait_ready()
        for service, n in everyone:
            self.assertEqual(self.system.liveness(service, n), "SERVING")
        self.wait_case(self.submit())

    def test_service_refuses_to_start_below_its_minimum_schema(self):
        for service in self.system.processes:
            with self.subTest(service=service):
                table = f"mamori_{service}.schema_migration"
                (last,), (before,) = self.system.database.sql(
                    f"SELECT version FROM {table} ORDER BY version DESC LIMIT 2")
                self.system.database.sql(f"UPDATE {table} SET done = 0 WHERE version = {last}")
                process = self.system.processes[service][0]
                process.stop()
                process.start()
                try:
                    self.assertEqual(process.wait(20), 1)
                    self.assertIn(f"schema version {before}, want at least", process.tail())
                finally:
                    self.system.database.sql(f"UPDATE {table} SET done = 1 WHERE version = {last}")
                    process.kill()
                    process.start()
                self.system.wait_ready()

    def test_relay_goes_on_when_the_lease_holder_is_killed(self):
        # Each replica is killed once, so the holder is among them, for every service that has a relay.
        for service in self.system.processes:
            for victim in (0, 1):
                with self.subTest(service=service, victim=victim):
                    reports = [self.submit() for _ in range(8)]
                    self.system.processes[service][victim].kill()
                    reports += [self.submit() for _ in range(8)]
                    for report in reports:
                        self.wait_sent(self.wait_case(report).name, 2)
                    self.system.processes[service][victim].start()
                    self.system.wait_ready()

    def test_watcher_misses_nothing_across_a_restart(self):
        seen: dict[bytes, object] = {}
        token = self._watch(0, "", seen, lambda: self.submit(), 1)
        before = [self.submit() for _ in range(3)]
        token = self._watch(0, token, seen, None, 4)
        self.system.processes["triage"][0].kill()
        during = [self.submit() for _ in range(3)]
        for report in during:
            wait_until("the other replica has opened it", lambda: self.find_case(report, replica=1), 20)
        self._watch(1, token, seen, None, 7)
        self.system.processes["triage"][0].start()
        self.system.wait_ready()
        opened = {name_of("reports", e.case_opened.report_id) for e in seen.values() if e.HasField("case_opened")}
        self.assertLessEqual(set(before + during), opened)

    def test_whatever_happened_stands_in_the_audit(self):
        # After what the tests before this one did to the processes and the database.
        answer = self.client.call_until_answered("intake", "SubmitReport", make_request("The words of a witness."))
        name = answer.name
        self.wait_case(name)
        time.sleep(2.5)  # a checkpoint comes each second
        whole = audit.verify(self.system)
        self.assertEqual(whole.returncode, 0, whole.stdout + whole.stderr)
        self.assertNotIn("BAD", whole.stdout)
        self.system.database.sql(
            "UPDATE mamori_intake.report SET body = INSERT(body, LENGTH(body), 1, CHAR(ORD(RIGHT(body, 1)) ^ 1))"
            " ORDER BY create_time DESC LIMIT 1")
        changed = audit.verify(self.system)
        self.assertEqual(changed.returncode, 25, changed.stdout + changed.stderr)
        self.assertIn(f"BAD intake: {name}: ", changed.stdout)
        # Whoever reported can show that it was accepted, whatever the database says.
        self.assertTrue(audit.proves(self.system, answer))
        answer.statement.entry = answer.statement.entry[:-1] + bytes([answer.statement.entry[-1] ^ 1])
        self.assertFalse(audit.proves(self.system, answer))
        # The other sink got the same.
        posted = self.system.webhook.accepted("/audit")
        self.assertLessEqual({"intake", "triage", "notification"}, {call.event["service"] for call in posted})

    def _watch(self, replica: int, token: str, seen: dict, after_start, want: int) -> str:
        """Reads the stream until `want` distinct openings are seen; the last token."""
        stub = self.client.stub("triage", replica)
        stream = stub.WatchCases(triage_service_pb2.WatchCasesRequest(resume_token=token), timeout=30,
                                 metadata=self.client.metadata())
        if after_start is not None:
            time.sleep(1)  # "from now on" begins when the service has the call
            after_start()
        for answer in stream:
            token = answer.resume_token
            if answer.HasField("event"):
                seen[answer.event.event_id] = answer.event
            if sum(e.HasField("case_opened") for e in seen.values()) >= want:
                break
        stream.cancel()
        return token


if __name__ == "__main__":
    unittest.main(verbosity=2)
