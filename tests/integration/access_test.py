"""Who is kept out of a case cannot tell it from one that never was: not by any RPC, list, stream or answer's bytes."""

import os
import pathlib
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import paths  # noqa: E402
from harness.client import new_request_id  # noqa: E402
from harness.ids import name_of  # noqa: E402
from harness.processes import wait_until  # noqa: E402
from harness.reports import make_request  # noqa: E402
from harness.stubs import assessment_pb2, triage_service_pb2  # noqa: E402
from harness.testcase import SystemTest  # noqa: E402

SERVICE = triage_service_pb2.DESCRIPTOR.services_by_name["TriageService"]
NAMED = {m.name: m.input_type for m in SERVICE.methods if "name" in m.input_type.fields_by_name}
REQUEST_ID_KEY = "mamori-request-id"
# As the services know the person "accused" of the tests' issuer.
ACCUSED = "test/accused"


def golden() -> dict[str, list[str]]:
    lines = (paths.ROOT / "tests" / "golden" / "access.txt").read_text().splitlines()
    return {line.split()[0]: line.split()[1:] for line in lines if line and not line.startswith("#")}


def make(method: str, name: str, etag: str = "", into: str = ""):
    """A request that is right in every field; a field that this cannot fill fails the test."""
    request = getattr(triage_service_pb2, NAMED[method].name)(name=name)
    for field in NAMED[method].fields:
        if field.name in ("name", "match", "categories"):
            continue
        if field.name == "request_id":
            request.request_id = new_request_id()
        elif field.name == "etag":
            request.etag = etag
        elif field.name == "into":
            request.into = into or name_of("cases", os.urandom(16))
        elif field.name == "note":
            request.note.text = "n"
        elif field.name == "severity":
            request.severity = assessment_pb2.SEVERITY_LOW
        elif field.name == "closed":
            request.closed = True
        elif field.name in ("assignee", "reason", "consent", "person", "slot"):
            setattr(request, field.name, "x")
        else:
            raise AssertionError(f"{method}.{field.name}: say here how to fill it")
    return request


class AccessTest(SystemTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accused = cls.system.client(person="accused")
        cls.stranger = cls.system.client(tenant="stranger", person="desk-9")

    def hidden_case(self) -> str:
        request = make_request("x")
        request.report.keep_out.append(ACCUSED)
        return self.wait_case(self.submit(request)).name

    def answer(self, client, method: str, request):
        """Everything that reaches the client, the call's own request id apart."""
        try:
            answer, call = getattr(client.stub("triage", 0), method).with_call(
                request, timeout=10, metadata=client.metadata())
            code, text = call.code(), answer.SerializeToString()
        except grpc.RpcError as error:
            call, code, text = error, error.code(), error.details()
        metadata = [sorted((k, v) for k, v in part or () if k != REQUEST_ID_KEY)
                    for part in (call.initial_metadata(), call.trailing_metadata())]
        return code.name, text, metadata

    def test_every_rpc_answers_as_the_table_says(self):
        table = golden()
        self.assertEqual(sorted(table), sorted(NAMED), "a row per RPC that names a case")
        for method, (member, excluded, other) in table.items():
            with self.subTest(method=method):
                case, into = self.hidden_case(), self.hidden_case() if method == "MergeCases" else ""
                # Last the one that changes it.
                self.assertEqual(self.answer(self.accused, method, make(method, case, into=into))[0], excluded)
                self.assertEqual(self.answer(self.stranger, method, make(method, case, into=into))[0], other)
                self.assertEqual(self.answer(self.client, method, make(method, case, into=into))[0], member)

    def test_hidden_is_byte_equal_to_what_never_was(self):
        hidden = self.hidden_case()
        report = self.stranger.call_until_answered("intake", "SubmitReport", make_request("x")).name
        theirs = wait_until("the other tenant's case", lambda: self._found(self.stranger, report), 20).name
        for method in NAMED:
            for etag in ("", "v99"):
                with self.subTest(method=method, etag=etag):
                    never = self.answer(self.accused, method, make(method, name_of("cases", os.urandom(16)), etag))
                    self.assertEqual(never[0], "NOT_FOUND")
                    for name in (hidden, theirs):
                        self.assertEqual(self.answer(self.accused, method, make(method, name, etag)), never)
        # Also as what a case that he does see is merged into.
        seen = self.wait_case(self.submit()).name
        never = self.answer(self.accused, "MergeCases", make("MergeCases", seen))
        self.assertEqual(self.answer(self.accused, "MergeCases", make("MergeCases", seen, into=hidden)), never)

    def _found(self, client, name):
        try:
            return client.call("triage", "GetCase", triage_service_pb2.GetCaseRequest(name=name))
        except grpc.RpcError:
            return None

    def test_the_accused_polls_from_before_the_report_and_sees_nothing(self):
        seen, stop = set(), threading.Event()

        def watch():
            stream = self.accused.stub("triage", 0).WatchCases(
                triage_service_pb2.WatchCasesRequest(), metadata=self.accused.metadata())
            threading.Thread(target=lambda: (stop.wait(60), stream.cancel())).start()
            try:
                for answer in stream:
                    if answer.HasField("event"):
                        seen.add(name_of("cases", answer.event.subject_id))
            except grpc.RpcError:
                pass  # cancelled

        def poll():
            while not stop.is_set():
                request = triage_service_pb2.ListCasesRequest(page_size=7)
                seen.update(c.name for c in self.accused.pages("triage", "ListCases", request, "cases"))
                time.sleep(0.05)

        threads = [threading.Thread(target=watch), threading.Thread(target=poll)]
        for thread in threads:
            thread.start()
        time.sleep(1)  # "from now on" begins when the service has the call
        hidden = self.hidden_case()
        later = self.wait_case(self.submit()).name
        wait_until("the stream and the lists show what is open", lambda: later in seen, 20)
        # Kept out mid-case: nothing that happens afterwards is shown.
        self.client.call("triage", "ExcludePerson", triage_service_pb2.ExcludePersonRequest(
            request_id=new_request_id(), name=later, person=ACCUSED))
        time.sleep(0.5)
        seen.clear()
        for name in (hidden, later):
            self.client.call("triage", "ClaimCase", make("ClaimCase", name))
        last = self.wait_case(self.submit()).name
        wait_until("both show what came last", lambda: last in seen, 20)
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertNotIn(hidden, seen)
        self.assertNotIn(later, seen)


if __name__ == "__main__":
    unittest.main(verbosity=2)
